import type { Expression, Order, Select } from './syntax.js'
import type { Row, Table } from './table.js'
import { compare, keeperOf } from './values.js'

/** One execution of a statement. */
export interface Run {
  readonly values: readonly unknown[]
  readonly now: Date
  table(name: string): Table
  nextSerial(sequence: string): number
  /** Rows of the statements named by WITH. */
  readonly named: Map<string, readonly Row[]>
  /** Of window functions: how far each partition has come. */
  readonly counters: Map<unknown, number>
}

/** The rows bound so far, one a slot. While a group is worked out, `group` holds all its rows. */
export interface Bound extends Array<Row> {
  group?: readonly Bound[]
}

export type Evaluate = (rows: Bound, run: Run) => unknown

/** What is known of the rows of a source while a statement is compiled. */
export interface Place {
  readonly alias: string
  readonly slot: number
  /** Column to type. */
  readonly columns: ReadonlyMap<string, string>
}

/** The sources an expression can name, innermost first. */
export interface Scope {
  readonly places: Place[]
  readonly outer: Scope | undefined
  /** Numbers the sources of the whole statement. */
  readonly counter: { slots: number }
  /** Compiles a select within this scope: gives its rows. */
  readonly subselect: (select: Select, scope: Scope) => (rows: Bound, run: Run) => readonly Row[]
}

/** Where a column stands. Throws: if nothing has it. */
export function findColumn(scope: Scope, table: string | undefined, name: string): { readonly slot: number; readonly name: string; readonly type: string } {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    for (const { alias, slot, columns } of at.places) {
      if (table !== undefined && alias !== table) continue
      const type = columns.get(name)
      if (type !== undefined) return { slot, name, type }
    }
  }
  throw new Error(`there is no column ${table === undefined ? '' : `${table}.`}${name}`)
}

const AGGREGATES = ['count', 'sum', 'max', 'min', 'jsonb_agg']

/** Does it work out something of a whole group? Selects inside it have groups of their own. */
export function isAggregate(expression: Expression): boolean {
  switch (expression.is) {
    case 'call':
      return AGGREGATES.includes(expression.name) || expression.arguments.some(isAggregate)
    case 'operator':
      return isAggregate(expression.left) || isAggregate(expression.right)
    case 'cast':
    case 'not':
    case 'null-test':
      return isAggregate(expression.of)
    case 'case':
      return expression.whens.some(({ when, then }) => isAggregate(when) || isAggregate(then)) || (expression.otherwise !== undefined && isAggregate(expression.otherwise))
    default:
      return false
  }
}

/** Makes a function of an expression. */
export function compile(expression: Expression, scope: Scope): Evaluate {
  switch (expression.is) {
    case 'value': {
      const { value } = expression
      return () => value
    }
    case 'parameter': {
      const place = expression.number - 1
      return (_rows, run) => run.values[place] ?? null
    }
    case 'column':
      return column(expression.table, expression.name, scope)
    case 'cast': {
      const of = compile(expression.of, scope)
      const { type } = expression
      if (type.endsWith('[]')) {
        const [keepOne, keepAll] = [keeperOf(type.slice(0, -2)), keeperOf(type)]
        return (rows, run) => {
          const array = of(rows, run)
          return Array.isArray(array) ? array.map(keepOne) : keepAll(array)
        }
      }
      const keep = keeperOf(type)
      return (rows, run) => keep(of(rows, run))
    }
    case 'operator':
      return operator(expression.sign, compile(expression.left, scope), compile(expression.right, scope))
    case 'not': {
      const of = compile(expression.of, scope)
      return (rows, run) => {
        const value = of(rows, run)
        return value === null ? null : !value
      }
    }
    case 'null-test': {
      const of = compile(expression.of, scope)
      const { isNull } = expression
      return (rows, run) => (of(rows, run) ?? null) === null === isNull
    }
    case 'any': {
      const of = compile(expression.of, scope)
      const among = compile(expression.among, scope)
      return (rows, run) => {
        const value = of(rows, run)
        return value === null ? null : (among(rows, run) as readonly unknown[]).some((each) => compare(each, value) === 0)
      }
    }
    case 'in':
      return membership(expression, scope)
    case 'tuple': {
      const parts = expression.of.map((each) => compile(each, scope))
      return (rows, run) => parts.map((each) => each(rows, run))
    }
    case 'case': {
      const whens = expression.whens.map(({ when, then }) => ({ when: compile(when, scope), then: compile(then, scope) }))
      const otherwise = expression.otherwise && compile(expression.otherwise, scope)
      return (rows, run) => {
        const found = whens.find(({ when }) => when(rows, run) === true)
        return found ? found.then(rows, run) : (otherwise?.(rows, run) ?? null)
      }
    }
    case 'exists': {
      const select = scope.subselect(expression.select, scope)
      return (rows, run) => select(rows, run).length > 0
    }
    case 'array': {
      const select = scope.subselect(expression.select, scope)
      return (rows, run) => select(rows, run).map((row) => Object.values(row)[0] ?? null)
    }
    case 'scalar': {
      const select = scope.subselect(expression.select, scope)
      return (rows, run) => {
        const [row] = select(rows, run)
        return row === undefined ? null : (Object.values(row)[0] ?? null)
      }
    }
    case 'row-number': {
      const partition = compile(expression.partition, scope)
      return (rows, run) => {
        const key = partition(rows, run)
        const number = (run.counters.get(key) ?? 0) + 1
        run.counters.set(key, number)
        return number
      }
    }
    case 'call':
      return AGGREGATES.includes(expression.name) ? aggregate(expression, scope) : call(expression.name, expression.arguments.map((each) => compile(each, scope)))
    case 'all':
      throw new Error('* stands for columns, not for a value')
    default:
      return expression satisfies never
  }
}

function column(table: string | undefined, name: string, scope: Scope): Evaluate {
  const { slot } = findColumn(scope, table, name)
  return (rows) => rows[slot]?.[name] ?? null
}

function operator(sign: string, left: Evaluate, right: Evaluate): Evaluate {
  switch (sign) {
    case 'and':
      return (rows, run) => {
        const one = left(rows, run)
        if (one === false) return false
        const other = right(rows, run)
        return other === false ? false : one === null || other === null ? null : true
      }
    case 'or':
      return (rows, run) => {
        const one = left(rows, run)
        if (one === true) return true
        const other = right(rows, run)
        return other === true ? true : one === null || other === null ? null : false
      }
    case '=':
      return (rows, run) => {
        const one = left(rows, run)
        const other = right(rows, run)
        if (one === null || other === null) return null
        return one === other || (typeof one !== 'string' && compare(one, other) === 0)
      }
    case '<>':
      return comparison(left, right, (order) => order !== 0)
    case '<':
      return comparison(left, right, (order) => order < 0)
    case '>':
      return comparison(left, right, (order) => order > 0)
    case '<=':
      return comparison(left, right, (order) => order <= 0)
    case '>=':
      return comparison(left, right, (order) => order >= 0)
    case 'same':
    case 'differs':
      return (rows, run) => {
        const [one, other] = [left(rows, run), right(rows, run)]
        const isSame = one === null || other === null ? one === other : compare(one, other) === 0
        return isSame === (sign === 'same')
      }
    case '+':
      return arithmetic(left, right, (one, other) => one + other)
    case '-':
      return arithmetic(left, right, (one, other) => one - other)
    case '*':
      return arithmetic(left, right, (one, other) => one * other)
    case '/':
      return arithmetic(left, right, (one, other) => Math.trunc(one / other))
    case '||':
      return known(left, right, (one, other) => String(one) + String(other))
    case '->>':
      return known(left, right, (one, other) => (one as Record<string, unknown>)[String(other)] ?? null)
    case '&&':
      return known(left, right, (one, other) => (one as readonly unknown[]).some((each) => (other as readonly unknown[]).includes(each)))
    case '~':
      return known(left, right, (one, other) => new RegExp(String(other)).test(String(one)))
    default:
      throw new Error(`there is no operator ${sign}`)
  }
}

const known =
  (left: Evaluate, right: Evaluate, work: (one: unknown, other: unknown) => unknown): Evaluate =>
  (rows, run) => {
    const one = left(rows, run)
    const other = right(rows, run)
    return one === null || other === null ? null : work(one, other)
  }

const comparison =
  (left: Evaluate, right: Evaluate, holds: (order: number) => boolean): Evaluate =>
  (rows, run) => {
    const order = compare(left(rows, run), right(rows, run))
    return order === null ? null : holds(order)
  }

const arithmetic = (left: Evaluate, right: Evaluate, work: (one: number, other: number) => number): Evaluate => known(left, right, (one, other) => work(Number(one), Number(other)))

function membership({ of, among, isNot }: Extract<Expression, { is: 'in' }>, scope: Scope): Evaluate {
  const value = compile(of, scope)
  const members = isSelect(among) ? selected(among, scope) : listed(among, scope)
  return (rows, run) => {
    const one = value(rows, run)
    if (one === null) return null
    return members(rows, run).some((each) => compare(each, one) === 0) !== isNot
  }
}

const isSelect = (among: readonly Expression[] | Select): among is Select => 'is' in among

function listed(among: readonly Expression[], scope: Scope): (rows: Bound, run: Run) => readonly unknown[] {
  const members = among.map((each) => compile(each, scope))
  return (rows, run) => members.map((each) => each(rows, run))
}

function selected(select: Select, scope: Scope): (rows: Bound, run: Run) => readonly unknown[] {
  const rowsOf = scope.subselect(select, scope)
  return (rows, run) =>
    rowsOf(rows, run).map((row) => {
      const values = Object.values(row)
      return values.length === 1 ? values[0] : values
    })
}

function aggregate({ name, arguments: given, order }: Extract<Expression, { is: 'call' }>, scope: Scope): Evaluate {
  const [first] = given
  const of = first && compile(first, scope)
  const orderBy = order.length > 0 ? compileOrder(order, scope) : undefined
  const valuesOf = (rows: Bound, run: Run): unknown[] => {
    const group = rows.group ?? []
    const sorted = orderBy ? orderBy(group, run) : group
    return of ? sorted.map((each) => of(each, run)).filter((value) => value !== null) : [...sorted]
  }
  switch (name) {
    case 'count':
      return (rows, run) => String(valuesOf(rows, run).length)
    case 'sum':
      return (rows, run) => {
        const values = valuesOf(rows, run)
        return values.length === 0 ? null : values.reduce<number>((sum, value) => sum + Number(value), 0)
      }
    case 'jsonb_agg':
      return (rows, run) => {
        const values = valuesOf(rows, run)
        return values.length === 0 ? null : values
      }
    default: {
      const sign = name === 'max' ? 1 : -1
      return (rows, run) => valuesOf(rows, run).reduce<unknown>((best, value) => (best === null || (compare(value, best) ?? 0) * sign > 0 ? value : best), null)
    }
  }
}

/** Sorts bound rows. */
export function compileOrder(orders: readonly Order[], scope: Scope): (all: readonly Bound[], run: Run) => readonly Bound[] {
  const by = orders.map((order) => ({ ...order, of: compile(order.by, scope) }))
  return (all, run) => {
    if (all.length < 2) return all
    const keyed = all.map((rows) => ({ rows, keys: by.map(({ of }) => of(rows, run)) }))
    keyed.sort((a, b) => {
      for (const [place, { isDescending, nulls }] of by.entries()) {
        const [one, other] = [a.keys[place], b.keys[place]]
        if (one === null || other === null) {
          if (one === other) continue
          return (one === null) === (nulls === 'first') ? -1 : 1
        }
        const order = compare(one, other) ?? 0
        if (order !== 0) return isDescending ? -order : order
      }
      return 0
    })
    return keyed.map(({ rows }) => rows)
  }
}

function call(name: string, given: readonly Evaluate[]): Evaluate {
  const [first, second] = given
  const at = (place: number, rows: Bound, run: Run): unknown => given[place]?.(rows, run) ?? null
  switch (name) {
    case 'coalesce':
      return (rows, run) => {
        for (const each of given) {
          const value = each(rows, run)
          if (value !== null) return value
        }
        return null
      }
    case 'nullif':
      return (rows, run) => {
        const value = at(0, rows, run)
        return compare(value, at(1, rows, run)) === 0 ? null : value
      }
    case 'lower':
      return (rows, run) => text(at(0, rows, run), (value) => value.toLowerCase())
    case 'upper':
      return (rows, run) => text(at(0, rows, run), (value) => value.toUpperCase())
    case 'length':
    case 'cardinality':
    case 'jsonb_array_length':
      return (rows, run) => (at(0, rows, run) as { readonly length: number } | null)?.length ?? null
    case 'string_to_array':
      return (rows, run) => text(at(0, rows, run), (value) => (value === '' ? [] : value.split(String(second?.(rows, run)))))
    case 'jsonb_typeof':
      return (rows, run) => {
        const value = at(0, rows, run)
        return Array.isArray(value) ? 'array' : typeof value
      }
    case 'jsonb_build_object':
      return (rows, run) => {
        const made: Record<string, unknown> = {}
        for (let place = 0; place < given.length; place += 2) made[String(at(place, rows, run))] = at(place + 1, rows, run)
        return made
      }
    case 'to_char':
      return (rows, run) => {
        const value = first?.(rows, run) ?? null
        const form = String(at(1, rows, run))
        const iso = value instanceof Date ? value.toISOString() : value
        return iso === null ? null : form.includes('HH24') ? iso : String(iso).slice(0, 10)
      }
    case 'clock_timestamp':
    case 'now':
      return (_rows, run) => run.now
    case 'nextval':
      return (rows, run) => run.nextSerial(String(at(0, rows, run)))
    case 'unnest':
    case 'jsonb_array_elements_text':
      return (rows, run) => at(0, rows, run)
    // locks: in a simulation one transaction runs at a time
    case 'pg_advisory_xact_lock':
    case 'hashtextextended':
      return () => null
    default:
      throw new Error(`there is no function ${name}()`)
  }
}

const text = (value: unknown, work: (value: string) => unknown): unknown => (value === null ? null : work(String(value)))
