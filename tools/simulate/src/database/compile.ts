import { compile, compileOrder, findColumn, isAggregate, type Bound, type Evaluate, type Place, type Run, type Scope } from './compile-expression.js'
import type { Conflict, Expression, Item, Select, Source, Statement } from './syntax.js'
import type { Row, Table, TableShape, Undo } from './table.js'
import { compare, keeperOf, type Keep } from './values.js'

/** The tables as they were declared. */
export type Schema = ReadonlyMap<string, TableShape>

/** A statement, ready to run: its rows, and how to undo what it did. */
export type Compiled = (run: Run, undo: Undo[]) => readonly Row[]

/** Makes a function of a statement: compiled once, run many times. */
export function compileStatement(statement: Statement, schema: Schema): Compiled {
  return new Compiler(schema).statement(statement)
}

interface Selected {
  readonly rows: (bound: Bound, run: Run) => readonly Row[]
  readonly columns: ReadonlyMap<string, string>
}

type RowsOf = (bound: Bound, run: Run) => Iterable<Row>

/** A source while it is walked: where its rows come from, and what has to hold once one is bound. */
interface Step {
  readonly slot: number
  readonly isLeft: boolean
  readonly rows: RowsOf
  readonly conditions: readonly Evaluate[]
}

class Compiler {
  /** Columns of what WITH named. */
  private readonly named = new Map<string, ReadonlyMap<string, string>>()
  private readonly counter = { slots: 0 }

  constructor(private readonly schema: Schema) {}

  statement(statement: Statement): Compiled {
    if (statement.is === 'nothing') return () => []
    const ctes = statement.ctes.map(({ name, statement: inner }) => {
      const run = this.statement(inner)
      this.named.set(name, this.columnsOf(inner))
      return { name, run }
    })
    const last = this.lastStatement(statement)
    if (ctes.length === 0) return last
    return (run, undo) => {
      for (const cte of ctes) run.named.set(cte.name, cte.run(run, undo))
      return last(run, undo)
    }
  }

  private lastStatement(statement: Exclude<Statement, { is: 'nothing' }>): Compiled {
    switch (statement.is) {
      case 'select': {
        const { rows } = this.select(statement, undefined)
        return (run) => rows([], run)
      }
      case 'insert':
        return this.insert(statement)
      case 'update':
        return this.update(statement)
      case 'delete':
        return this.remove(statement)
      default:
        return statement satisfies never
    }
  }

  private columnsOf(statement: Statement): ReadonlyMap<string, string> {
    if (statement.is === 'nothing') return new Map()
    if (statement.is === 'select') return this.select(statement, undefined).columns
    const items = statement.returning
    return new Map(items.map(({ name }) => [name, this.shapeOf(statement.table).columns.find((column) => column.name === name)?.type ?? 'text']))
  }

  private shapeOf(table: string): TableShape {
    const shape = this.schema.get(table)
    if (!shape) throw new Error(`there is no table ${table}`)
    return shape
  }

  private scope(outer: Scope | undefined): Scope {
    return { places: [], outer, counter: this.counter, subselect: (select, scope) => this.select(select, scope).rows }
  }

  private place(scope: Scope, alias: string, columns: ReadonlyMap<string, string>): Place {
    const place = { alias, slot: this.counter.slots++, columns }
    scope.places.push(place)
    return place
  }

  // ---------------------------------------------------------------- select

  private select(select: Select, outer: Scope | undefined): Selected {
    const scope = this.scope(outer)
    const walk = this.walk(select.sources, select.where, scope)
    const items = select.items.flatMap((item) => expanded(item, scope))
    const isGrouped = select.groupBy.length > 0 || items.some(({ expression }) => isAggregate(expression))
    const spread = isSpread(items) ? items[0]?.name : undefined
    const columns = items.map(({ name, expression }) => ({ name, type: typeOf(expression, scope), of: compile(expression, scope) }))
    const groupBy = select.groupBy.map((by) => compile(by, scope))
    const orderBy = select.orderBy.length > 0 ? compileOrder(select.orderBy.map((order) => ({ ...order, by: outputOr(order.by, select.items) })), scope) : undefined
    const limit = select.limit && compile(select.limit, scope)
    const distinctOn = select.distinctOn.map((by) => compile(by, scope))
    const whole = onlyTable(select, scope)
    const union = select.unionAll && this.select(select.unionAll, outer)

    const blank = blankOf(columns.map(({ name }) => name))
    const project = (bound: Bound, run: Run): Row => {
      if (whole !== undefined) return bound[whole] ?? {}
      const row = { ...blank }
      for (const { name, type, of } of columns) {
        const value = of(bound, run)
        // the driver hands big numbers out as texts
        row[name] = type === 'bigint' && typeof value === 'number' ? String(value) : value
      }
      return row
    }
    const rows = (bound: Bound, run: Run): readonly Row[] => {
      let found: readonly Bound[] = walk(bound, run)
      if (isGrouped) found = grouped(found, groupBy, run, bound)
      if (orderBy) found = orderBy(found, run)
      if (distinctOn.length > 0) found = firstOfEach(found, (each) => distinctOn.map((of) => of(each, run)))
      const atMost = limit ? Number(limit(bound, run)) : undefined
      if (atMost !== undefined && !select.distinct) found = found.slice(0, atMost)
      let made: readonly Row[] = found.map((each) => project(each, run))
      if (spread !== undefined) {
        const values = made.flatMap((row) => row[spread] as readonly unknown[])
        made = (orderBy ? values.toSorted((a, b) => compare(a, b) ?? 0) : values).map((value) => ({ [spread]: value }))
      }
      if (select.distinct) made = firstOfEach(made, (row) => Object.values(row)).slice(0, atMost)
      return union ? [...made, ...union.rows(bound, run)] : made
    }
    return { rows, columns: new Map(columns.map(({ name, type }) => [name, type])) }
  }

  /** Binds the rows of sources that meet the condition. */
  private walk(sources: readonly Source[], where: Expression | undefined, scope: Scope): (bound: Bound, run: Run) => Bound[] {
    const conditions = sources.flatMap((source, place) => (source.join === 'inner' && source.on ? conjuncts(source.on).map((on) => ({ on, place })) : []))
    const placed = sources.map((source) => {
      const { rows, columns } = this.rowsOf(source, scope)
      const using = source.using.map((name): Expression => {
        const { table } = { table: scope.places.find(({ columns: known }) => known.has(name))?.alias }
        return { is: 'operator', sign: '=', left: { is: 'column', table, name }, right: { is: 'column', table: source.alias, name } }
      })
      const place = this.place(scope, source.alias, columns)
      return { source, rows, place, using }
    })
    const all = [...(where ? conjuncts(where) : []), ...conditions.map(({ on }) => on)]
    const steps = placed.map(({ source, rows, place, using }): Step => {
      const isLeft = source.join === 'left'
      // of a left join only its own condition decides whether a row is found
      const own = isLeft ? [...using, ...(source.on ? conjuncts(source.on) : [])] : [...using, ...all.filter((each) => lastSlot(each, scope) === place.slot && !isAfterLeft(each, placed, scope))]
      const table = source.from.is === 'table' && !this.named.has(source.from.name) ? source.from.name : undefined
      const lookUp = table === undefined ? undefined : this.lookUp(table, own, place, scope)
      return { slot: place.slot, isLeft, rows: lookUp ?? rows, conditions: own.map((each) => compile(each, scope)) }
    })
    const early = all.filter((each) => lastSlot(each, scope) === undefined).map((each) => compile(each, scope))
    const late = all.filter((each) => isAfterLeft(each, placed, scope)).map((each) => compile(each, scope))
    return (bound, run) => {
      const found: Bound[] = []
      if (hold(early, bound, run)) bind(steps, 0, bound.slice(), run, late, found)
      return found
    }
  }

  /** By an index, where a column must equal something that is known before. */
  private lookUp(table: string, conditions: readonly Expression[], { slot, alias }: Place, scope: Scope): RowsOf | undefined {
    for (const condition of conditions) {
      const isOwn = (side: Expression): side is Extract<Expression, { is: 'column' }> =>
        side.is === 'column' && (side.table === alias || (side.table === undefined && findColumn(scope, undefined, side.name).slot === slot))
      if (condition.is === 'any' && isOwn(condition.of) && !mentions(condition.among, slot, scope)) {
        const { name } = condition.of
        const among = compile(condition.among, scope)
        return (bound, run) => {
          const values = among(bound, run) as readonly unknown[]
          const from = run.table(table)
          if (values.length === 1) return from.where(name, values[0])
          const rows: Row[] = []
          for (const value of new Set(values)) rows.push(...from.where(name, value))
          return rows
        }
      }
      if (condition.is === 'operator' && condition.sign === '=') {
        const [own, other] = isOwn(condition.left) ? [condition.left, condition.right] : isOwn(condition.right) ? [condition.right, condition.left] : []
        if (!own || !other || mentions(other, slot, scope)) continue
        const of = compile(other, scope)
        return (bound, run) => run.table(table).where(own.name, of(bound, run))
      }
    }
    return undefined
  }

  private rowsOf({ from }: Source, scope: Scope): { readonly rows: RowsOf; readonly columns: ReadonlyMap<string, string> } {
    switch (from.is) {
      case 'table': {
        const { name } = from
        const columns = this.named.get(name)
        if (columns) return { columns, rows: (_bound, run) => run.named.get(name) ?? [] }
        return { columns: typesOf(this.shapeOf(name)), rows: (_bound, run) => run.table(name).all() }
      }
      case 'select': {
        // it may look at the sources before it: LATERAL, or none of them named
        const { rows, columns } = this.select(from.select, scope)
        return { rows, columns }
      }
      case 'unnest': {
        const arrays = from.arrays.map((array) => compile(array, scope))
        const { hasOrdinality } = from
        const names = from.columns
        const blank = blankOf(names)
        const types = from.arrays.map((array) => (array.is === 'cast' ? array.type.replace('[]', '') : 'text'))
        return {
          columns: new Map(names.map((name, place) => [name, types[place] ?? 'integer'])),
          rows: (bound, run) => {
            const values = arrays.map((array) => (array(bound, run) ?? []) as readonly unknown[])
            let length = 0
            for (const each of values) length = Math.max(length, each.length)
            const made: Row[] = []
            for (let at = 0; at < length; at++) {
              const row = { ...blank }
              for (let place = 0; place < values.length; place++) row[names[place] ?? ''] = values[place]?.[at] ?? null
              if (hasOrdinality) row[names[values.length] ?? ''] = at + 1
              made.push(row)
            }
            return made
          },
        }
      }
      case 'recordset': {
        const json = compile(from.json, scope)
        const columns = from.columns.map(({ name, type }) => ({ name, type, keep: keeperOf(type) }))
        return {
          columns: new Map(columns.map(({ name, type }) => [name, type])),
          rows: (bound, run) => (json(bound, run) as readonly Row[]).map((given) => Object.fromEntries(columns.map(({ name, keep }) => [name, keep(given[name])]))),
        }
      }
      case 'series': {
        const [start, end] = [compile(from.first, scope), compile(from.last, scope)]
        return {
          columns: new Map([[from.column, 'integer']]),
          rows: (bound, run) => {
            const low = Number(start(bound, run))
            return Array.from({ length: Math.max(0, Number(end(bound, run)) - low + 1) }, (_, at) => ({ [from.column]: low + at }))
          },
        }
      }
      default:
        return from satisfies never
    }
  }

  // ---------------------------------------------------------------- changes

  private insert({ table, alias, columns, rows, conflict, returning }: Extract<Statement, { is: 'insert' }>): Compiled {
    const shape = this.shapeOf(table)
    const keep = columns.map((name) => keeperOf(shape.columns.find((column) => column.name === name)?.type ?? 'text'))
    const given = this.givenRows(rows, columns)
    const settle = conflict && this.onConflict(conflict, table, alias)
    const told = this.returning(returning, table, alias)
    return (run, undo) => {
      const into = run.table(table)
      const found: Row[] = []
      for (const values of given(run)) {
        const row: Record<string, unknown> = {}
        for (let place = 0; place < columns.length; place++) row[columns[place] ?? ''] = keep[place]?.(values[place])
        const twin = conflict ? into.conflicting(row, conflict.columns) : undefined
        if (twin) {
          const changed = settle?.(into, twin, row, run)
          if (!changed) continue
          undo.push(changed.undo)
          found.push(changed.row)
        } else {
          const made = into.insert(row)
          undo.push(made.undo)
          found.push(made.row)
        }
      }
      return told(found, run)
    }
  }

  private givenRows(rows: Select | readonly (readonly Expression[])[], columns: readonly string[]): (run: Run) => readonly (readonly unknown[])[] {
    if ('is' in rows) {
      // two columns of a select may have one name: they are told apart by their place
      const scope = this.scope(undefined)
      const walk = this.walk(rows.sources, rows.where, scope)
      const items = rows.items.flatMap((item) => expanded(item, scope))
      const isPlain = !isSpread(items) && rows.groupBy.length === 0 && !rows.distinct && rows.distinctOn.length === 0 && rows.limit === undefined && !items.some(({ expression }) => isAggregate(expression))
      const arrays = isPlain ? arraysOf(rows, items, scope) : undefined
      if (arrays) return arrays
      if (isPlain) {
        const values = items.map(({ expression }) => compile(expression, scope))
        const orderBy = rows.orderBy.length > 0 ? compileOrder(rows.orderBy, scope) : undefined
        return (run) => {
          const found = walk([], run)
          return (orderBy ? orderBy(found, run) : found).map((bound) => values.map((of) => of(bound, run)))
        }
      }
      const { rows: rowsOf } = this.select(rows, undefined)
      return (run) => rowsOf([], run).map((row) => Object.values(row).slice(0, columns.length))
    }
    const scope = this.scope(undefined)
    const values = rows.map((row) => row.map((each) => compile(each, scope)))
    return (run) => values.map((row) => row.map((of) => of([], run)))
  }

  private onConflict(conflict: Conflict, table: string, alias: string): ((into: Table, twin: Row, given: Row, run: Run) => { readonly row: Row; readonly undo: Undo } | undefined) | undefined {
    if (conflict.set === undefined) return undefined
    const scope = this.scope(undefined)
    const columns = typesOf(this.shapeOf(table))
    const old = this.place(scope, alias, columns)
    const fresh = this.place(scope, 'excluded', columns)
    const set = conflict.set.map(({ column, value }) => ({ column, keep: keeperOf(columns.get(column) ?? 'text'), of: compile(value, scope) }))
    const where = conflict.where && compile(conflict.where, scope)
    return (into, twin, given, run) => {
      const bound: Bound = []
      bound[old.slot] = twin
      bound[fresh.slot] = given
      if (where && where(bound, run) !== true) return undefined
      return into.replace(twin, changesOf(set, bound, run))
    }
  }

  private update({ table, alias, set: assigned, sources, where, returning }: Extract<Statement, { is: 'update' }>): Compiled {
    const { walk, slot, scope } = this.target(table, alias, sources, where)
    const columns = typesOf(this.shapeOf(table))
    const set = assigned.map(({ column, value }) => ({ column, keep: keeperOf(columns.get(column) ?? 'text'), of: compile(value, scope) }))
    const told = this.returningWithin(returning, scope)
    return (run, undo) => {
      const into = run.table(table)
      const found: Row[] = []
      const touched = new Set<Row>()
      for (const bound of walk([], run)) {
        const old = bound[slot]
        // a row that several others lead to is changed once
        if (!old || touched.has(old)) continue
        touched.add(old)
        const changed = into.replace(old, changesOf(set, bound, run))
        undo.push(changed.undo)
        bound[slot] = changed.row
        if (told) found.push(told(bound, run))
      }
      return found
    }
  }

  private remove({ table, alias, sources, where, returning }: Extract<Statement, { is: 'delete' }>): Compiled {
    const { walk, slot, scope } = this.target(table, alias, sources, where)
    const told = this.returningWithin(returning, scope)
    return (run, undo) => {
      const from = run.table(table)
      const gone = new Set<Row>()
      const found: Row[] = []
      for (const bound of walk([], run)) {
        const row = bound[slot]
        if (!row || gone.has(row)) continue
        gone.add(row)
        undo.push(from.remove(row))
        if (told) found.push(told(bound, run))
      }
      return found
    }
  }

  /** The rows a change is about; its sources first, because they are few and lead to the rows. */
  private target(table: string, alias: string, sources: readonly Source[], where: Expression | undefined) {
    const scope = this.scope(undefined)
    const own: Source = { join: 'inner', alias, from: { is: 'table', name: table }, on: undefined, using: [] }
    const walk = this.walk([...sources, own], where, scope)
    const slot = scope.places.find((place) => place.alias === alias)?.slot ?? 0
    return { scope, walk, slot }
  }

  private returning(items: readonly Item[], table: string, alias: string): (rows: readonly Row[], run: Run) => readonly Row[] {
    const scope = this.scope(undefined)
    const { slot } = this.place(scope, alias, typesOf(this.shapeOf(table)))
    const told = this.returningWithin(items, scope)
    if (!told) return () => []
    return (rows, run) =>
      rows.map((row) => {
        const bound: Bound = []
        bound[slot] = row
        return told(bound, run)
      })
  }

  private returningWithin(items: readonly Item[], scope: Scope): ((bound: Bound, run: Run) => Row) | undefined {
    if (items.length === 0) return undefined
    const columns = items.flatMap((item) => expanded(item, scope)).map(({ name, expression }) => ({ name, of: compile(expression, scope) }))
    const blank = blankOf(columns.map(({ name }) => name))
    return (bound, run) => {
      const row = { ...blank }
      for (const { name, of } of columns) row[name] = of(bound, run)
      return row
    }
  }
}

/** Of `select … from unnest(…)` with nothing between: its values place by place, without a row made of them first. */
function arraysOf({ sources, where, orderBy }: Select, items: readonly Item[], scope: Scope): ((run: Run) => readonly (readonly unknown[])[]) | undefined {
  const [source] = sources
  if (sources.length !== 1 || source?.from.is !== 'unnest' || source.from.hasOrdinality || where !== undefined || orderBy.length > 0) return undefined
  const { columns, arrays } = source.from
  const given = arrays.map((array) => compile(array, scope))
  const parts = items.map(({ expression }) => {
    if (lastSlot(expression, scope) === undefined) return { place: -1, of: compile(expression, scope) }
    return expression.is === 'column' ? { place: columns.indexOf(expression.name), of: undefined } : undefined
  })
  const known = parts.flatMap((part) => part ?? [])
  if (known.length < items.length) return undefined
  return (run) => {
    const values = given.map((array) => (array([], run) ?? []) as readonly unknown[])
    const same = known.map(({ of }) => of?.([], run))
    const length = values.reduce((most, each) => Math.max(most, each.length), 0)
    const rows: unknown[][] = []
    for (let at = 0; at < length; at++) rows.push(known.map(({ place }, column) => (place < 0 ? same[column] : (values[place]?.[at] ?? null))))
    return rows
  }
}

/** A row without values, to be copied: rows of one form are fast. */
const blankOf = (names: readonly string[]): Record<string, unknown> => Object.fromEntries(names.map((name) => [name, null]))

/** Is one array asked for, a row of each of its values? */
const isSpread = (items: readonly Item[]): boolean => items.length === 1 && items[0]?.expression.is === 'call' && ['unnest', 'jsonb_array_elements_text'].includes(items[0].expression.name)

const typesOf = ({ columns }: TableShape): ReadonlyMap<string, string> => new Map(columns.map(({ name, type }) => [name, type]))

function changesOf(set: readonly { readonly column: string; readonly keep: Keep; readonly of: Evaluate }[], bound: Bound, run: Run): Row {
  const changes: Record<string, unknown> = {}
  for (const { column, keep, of } of set) changes[column] = keep(of(bound, run))
  return changes
}

/** `*` as the columns it stands for. */
function expanded({ expression, name }: Item, scope: Scope): readonly Item[] {
  if (expression.is !== 'all') return [{ expression, name }]
  const { table } = expression
  const seen = new Set<string>()
  return scope.places
    .filter(({ alias }) => table === undefined || alias === table)
    .flatMap(({ alias, columns }) =>
      [...columns.keys()].flatMap((column): Item[] => {
        if (seen.has(column)) return []
        seen.add(column)
        return [{ expression: { is: 'column', table: alias, name: column }, name: column }]
      }),
    )
}

/** The slot of the only source, where all of it is asked for and none of its columns is handed out otherwise than it is kept. */
function onlyTable({ items, sources }: Select, scope: Scope): number | undefined {
  const [item] = items
  const [place] = scope.places
  if (items.length !== 1 || item?.expression.is !== 'all' || sources.length !== 1 || sources[0]?.from.is !== 'table' || !place) return undefined
  return [...place.columns.values()].includes('bigint') ? undefined : place.slot
}

function typeOf(expression: Expression, scope: Scope): string {
  if (expression.is === 'column') return findColumn(scope, expression.table, expression.name).type
  return expression.is === 'cast' ? expression.type : 'text'
}

/** ORDER BY and GROUP BY may name a column of the answer, or its place. */
function outputOr(by: Expression, items: readonly Item[]): Expression {
  if (by.is === 'value' && typeof by.value === 'number') return items[by.value - 1]?.expression ?? by
  if (by.is !== 'column' || by.table !== undefined) return by
  return items.find(({ name, expression }) => name === by.name && expression.is !== 'all')?.expression ?? by
}

function conjuncts(expression: Expression): Expression[] {
  return expression.is === 'operator' && expression.sign === 'and' ? [...conjuncts(expression.left), ...conjuncts(expression.right)] : [expression]
}

/** The slots of this scope that an expression looks at. Of a select inside it nothing is known: all of them. */
function slotsIn(expression: Expression, scope: Scope): readonly number[] {
  const all = scope.places.map(({ slot }) => slot)
  const of = (...parts: readonly (Expression | undefined)[]): number[] => parts.flatMap((part) => (part ? [...slotsIn(part, scope)] : []))
  switch (expression.is) {
    case 'value':
    case 'parameter':
      return []
    case 'column': {
      const { slot } = findColumn(scope, expression.table, expression.name)
      return all.includes(slot) ? [slot] : []
    }
    case 'operator':
      return of(expression.left, expression.right)
    case 'any':
      return of(expression.of, expression.among)
    case 'cast':
    case 'not':
    case 'null-test':
      return of(expression.of)
    case 'tuple':
      return of(...expression.of)
    case 'call':
      return of(...expression.arguments)
    case 'in':
      // what is selected there has sources of its own
      return 'is' in expression.among ? of(expression.of) : of(expression.of, ...expression.among)
    default:
      return all
  }
}

/** When everything that an expression looks at is bound; undefined: before the first source. */
function lastSlot(expression: Expression, scope: Scope): number | undefined {
  const slots = slotsIn(expression, scope)
  return slots.length === 0 ? undefined : Math.max(...slots)
}

const mentions = (expression: Expression, slot: number, scope: Scope): boolean => slotsIn(expression, scope).some((each) => each >= slot)

/** Does it look at what a left join may not have found? Then it is asked at the end. */
function isAfterLeft(expression: Expression, placed: readonly { readonly source: Source; readonly place: Place }[], scope: Scope): boolean {
  const slots = slotsIn(expression, scope)
  return placed.some(({ source, place }) => source.join === 'left' && slots.includes(place.slot))
}

function hold(conditions: readonly Evaluate[], bound: Bound, run: Run): boolean {
  for (let at = 0; at < conditions.length; at++) if (conditions[at]?.(bound, run) !== true) return false
  return true
}

function bind(steps: readonly Step[], at: number, bound: Bound, run: Run, late: readonly Evaluate[], found: Bound[]): void {
  const step = steps[at]
  if (!step) {
    if (hold(late, bound, run)) found.push(bound.slice())
    return
  }
  let isFound = false
  for (const row of step.rows(bound, run)) {
    bound[step.slot] = row
    if (!hold(step.conditions, bound, run)) continue
    isFound = true
    bind(steps, at + 1, bound, run, late, found)
  }
  if (!step.isLeft || isFound) return
  bound[step.slot] = {}
  bind(steps, at + 1, bound, run, late, found)
}

function grouped(rows: readonly Bound[], by: readonly Evaluate[], run: Run, outer: Bound): Bound[] {
  const groups = new Map<string, Bound[]>()
  for (const row of rows) {
    const key = JSON.stringify(by.map((of) => of(row, run)))
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  // what is worked out of no rows at all is still an answer, unless it is asked group by group
  if (by.length === 0 && groups.size === 0) groups.set('', [])
  return [...groups.values()].map((group) => Object.assign([...(group[0] ?? outer)] as Bound, { group }))
}

function firstOfEach<T>(all: readonly T[], keyOf: (one: T) => readonly unknown[]): T[] {
  const first: { key: readonly unknown[]; one: T }[] = []
  for (const one of all) {
    const key = keyOf(one)
    if (!first.some((each) => compare(each.key, key) === 0 || JSON.stringify(each.key) === JSON.stringify(key))) first.push({ key, one })
  }
  return first.map(({ one }) => one)
}
