import type { Assignment, Conflict, Expression, Item, Order, Select, Source, Statement } from './syntax.js'
import { Reader, tokensOf } from './tokens.js'

/** Reads one statement. */
export function parseStatement(sql: string): Statement {
  const reader = new Reader(tokensOf(sql))
  const statement = parseFrom(reader)
  if (!reader.isDone && !reader.takes(';')) throw new Error(`cannot read further: ${reader.rest()}`)
  return statement
}

export function parseFrom(r: Reader): Statement {
  if (r.takes('lock')) {
    while (!r.isDone) r.next()
    return { is: 'nothing' }
  }
  const ctes = parseCtes(r)
  if (r.takes('insert', 'into')) return { ...insert(r), ctes }
  if (r.takes('update')) return { ...update(r), ctes }
  if (r.takes('delete', 'from')) return { ...remove(r), ctes }
  return { ...select(r), ctes }
}

function parseCtes(r: Reader): Select['ctes'] {
  if (!r.takes('with')) return []
  return r.list(() => {
    const name = r.word()
    r.must('as', '(')
    const statement = parseFrom(r)
    r.must(')')
    return { name, statement }
  })
}

type Without<S extends Statement> = Omit<S, 'ctes'>

function insert(r: Reader): Without<Extract<Statement, { is: 'insert' }>> {
  const table = r.word()
  const alias = r.takes('as') ? r.word() : table
  const columns = r.names()
  const rows = r.takes('values')
    ? r.list(() => {
        r.must('(')
        const row = r.list(() => expression(r))
        r.must(')')
        return row
      })
    : { ...select(r), ctes: [] }
  return { is: 'insert', table, alias, columns, rows, conflict: conflict(r), returning: returning(r) }
}

function conflict(r: Reader): Conflict | undefined {
  if (!r.takes('on', 'conflict')) return undefined
  const columns = r.sees('(') ? r.names() : []
  // the index of a part of the rows: its columns name it
  if (r.takes('where')) expression(r)
  r.must('do')
  if (r.takes('nothing')) return { columns, set: undefined, where: undefined }
  r.must('update', 'set')
  const set = assignments(r)
  return { columns, set, where: r.takes('where') ? expression(r) : undefined }
}

const assignments = (r: Reader): Assignment[] =>
  r
    .list(() => {
      if (!r.sees('(')) {
        const column = r.word()
        r.must('=')
        return [{ column, value: expression(r) }]
      }
      const columns = r.names()
      r.must('=')
      r.takes('row')
      r.must('(')
      const values = r.list(() => expression(r))
      r.must(')')
      return columns.map((column, place) => ({ column, value: values[place] ?? nothing }))
    })
    .flat()

const nothing: Expression = { is: 'value', value: null }

function update(r: Reader): Without<Extract<Statement, { is: 'update' }>> {
  const table = r.word()
  const alias = r.takes('as') || r.peek().text !== 'set' ? r.word() : table
  r.must('set')
  const set = assignments(r)
  const from = r.takes('from') ? sources(r) : []
  return { is: 'update', table, alias, set, sources: from, where: r.takes('where') ? expression(r) : undefined, returning: returning(r) }
}

function remove(r: Reader): Without<Extract<Statement, { is: 'delete' }>> {
  const table = r.word()
  const alias = r.takes('as') || (r.peek().kind === 'word' && !['using', 'where', 'returning'].includes(r.peek().text)) ? r.word() : table
  const from = r.takes('using') ? sources(r) : []
  return { is: 'delete', table, alias, sources: from, where: r.takes('where') ? expression(r) : undefined, returning: returning(r) }
}

const returning = (r: Reader): Item[] => (r.takes('returning') ? r.list(() => item(r)) : [])

function select(r: Reader): Without<Select> {
  r.must('select')
  const distinct = r.takes('distinct')
  const distinctOn = distinct && r.takes('on') ? tuple(r) : []
  // `select from t` asks for nothing but whether there is a row
  const items = r.sees('from') ? [] : r.list(() => item(r))
  const from = r.takes('from') ? sources(r) : []
  const where = r.takes('where') ? expression(r) : undefined
  const groupBy = r.takes('group', 'by') ? r.list(() => expression(r)) : []
  const orderBy = r.takes('order', 'by') ? orders(r) : []
  const limit = r.takes('limit') ? expression(r) : undefined
  if (r.takes('for')) {
    while (['update', 'share', 'of', 'skip', 'locked'].includes(r.peek().text)) if (r.next().text === 'of') r.word()
  }
  const unionAll = r.takes('union', 'all') ? { ...select(r), ctes: [] } : undefined
  return { is: 'select', distinct: distinct && distinctOn.length === 0, distinctOn, items, sources: from, where, groupBy, orderBy, limit, unionAll }
}

const orders = (r: Reader): Order[] =>
  r.list(() => {
    const by = expression(r)
    if (r.takes('collate')) r.next()
    const isDescending = r.takes('desc')
    if (!isDescending) r.takes('asc')
    const nulls = r.takes('nulls') ? (r.next().text as 'first' | 'last') : isDescending ? 'first' : 'last'
    return { by, isDescending, nulls }
  })

function item(r: Reader): Item {
  if (r.takes('*')) return { expression: { is: 'all', table: undefined }, name: '*' }
  const found = expression(r)
  const name = r.takes('as') ? r.word() : nameOf(found)
  return { expression: found, name }
}

function nameOf(expression: Expression): string {
  switch (expression.is) {
    case 'column':
    case 'call':
      return expression.name
    case 'cast':
      return nameOf(expression.of)
    case 'all':
      return '*'
    default:
      return '?column?'
  }
}

function sources(r: Reader): Source[] {
  const all: Source[] = [source(r, 'inner')]
  for (;;) {
    if (r.takes(',') || r.takes('cross', 'join')) all.push(source(r, 'inner'))
    else if (r.takes('left', 'join')) all.push(joined(r, 'left'))
    else if (r.takes('join')) all.push(joined(r, 'inner'))
    else return all
  }
}

function joined(r: Reader, join: Source['join']): Source {
  const found = source(r, join)
  if (r.takes('using')) return { ...found, using: r.names() }
  r.must('on')
  return { ...found, on: expression(r) }
}

const AFTER_SOURCE = ['where', 'join', 'left', 'cross', 'on', 'using', 'order', 'group', 'limit', 'for', 'union', 'returning', 'set']

function source(r: Reader, join: Source['join']): Source {
  r.takes('lateral')
  const plain = { join, on: undefined, using: [] }
  if (r.takes('(')) {
    const inner = parseFrom(r) as Select
    r.must(')')
    return { ...plain, from: { is: 'select', select: inner }, ...aliased(r, 'subselect') }
  }
  const name = r.word()
  if (!r.takes('(')) return { ...plain, from: { is: 'table', name }, ...aliased(r, name) }
  const given = r.list(() => expression(r))
  r.must(')')
  const [first = nothing, second = nothing] = given
  switch (name) {
    case 'unnest': {
      const hasOrdinality = r.takes('with', 'ordinality')
      const { alias } = aliased(r, name)
      const columns = r.sees('(') ? r.names() : given.map((_, place) => (given.length === 1 ? alias : `column${place}`))
      return { ...plain, alias, from: { is: 'unnest', arrays: given, columns, hasOrdinality } }
    }
    case 'jsonb_to_recordset': {
      const { alias } = aliased(r, name)
      r.must('(')
      const columns = r.list(() => ({ name: r.word(), type: type(r) }))
      r.must(')')
      return { ...plain, alias, from: { is: 'recordset', json: first, columns } }
    }
    case 'generate_series':
      return { ...plain, alias: name, from: { is: 'series', first, last: second, column: name } }
    default:
      throw new Error(`no rows come from ${name}()`)
  }
}

function aliased(r: Reader, name: string): { readonly alias: string } {
  if (r.takes('as')) return { alias: r.word() }
  const { kind, text } = r.peek()
  return { alias: kind === 'word' && !AFTER_SOURCE.includes(text) ? r.word() : name }
}

/** A type, with `[]` where it is one of arrays. */
export function type(r: Reader): string {
  let name = r.word()
  if (name === 'double') r.must('precision')
  if (r.takes('[', ']')) name += '[]'
  return name
}

function tuple(r: Reader): Expression[] {
  r.must('(')
  const all = r.list(() => expression(r))
  r.must(')')
  return all
}

export const expression = (r: Reader): Expression => either(r)

function either(r: Reader): Expression {
  let left = both(r)
  while (r.takes('or')) left = { is: 'operator', sign: 'or', left, right: both(r) }
  return left
}

function both(r: Reader): Expression {
  let left = negated(r)
  while (r.takes('and')) left = { is: 'operator', sign: 'and', left, right: negated(r) }
  return left
}

const negated = (r: Reader): Expression => (r.takes('not') ? { is: 'not', of: negated(r) } : compared(r))

const COMPARISONS = ['=', '<>', '<', '>', '<=', '>=']

function compared(r: Reader): Expression {
  let left = combined(r)
  for (;;) {
    const sign = r.peek().text
    if (r.peek().kind === 'sign' && COMPARISONS.includes(sign)) {
      r.next()
      if (sign === '=' && r.takes('any', '(')) {
        left = { is: 'any', of: left, among: expression(r) }
        r.must(')')
      } else if (sign === '<>' && r.takes('all', '(')) {
        left = { is: 'not', of: { is: 'any', of: left, among: expression(r) } }
        r.must(')')
      } else left = { is: 'operator', sign, left, right: combined(r) }
    } else if (r.takes('is')) {
      const isNot = r.takes('not')
      if (r.takes('null')) left = { is: 'null-test', of: left, isNull: !isNot }
      else {
        r.must('distinct', 'from')
        left = { is: 'operator', sign: isNot ? 'same' : 'differs', left, right: combined(r) }
      }
    } else if (r.takes('between')) {
      const low = combined(r)
      r.must('and')
      left = { is: 'operator', sign: 'and', left: { is: 'operator', sign: '>=', left, right: low }, right: { is: 'operator', sign: '<=', left, right: combined(r) } }
    } else if (r.sees('in') || r.sees('not', 'in')) {
      const isNot = r.takes('not')
      r.must('in')
      left = { is: 'in', of: left, among: among(r), isNot }
    } else return left
  }
}

function among(r: Reader): readonly Expression[] | Select {
  if (!(r.peek().text === '(' && r.peek(1).text === 'select')) return tuple(r)
  return subselect(r)
}

function subselect(r: Reader): Select {
  r.must('(')
  const inner = parseFrom(r) as Select
  r.must(')')
  return inner
}

function combined(r: Reader): Expression {
  let left = summed(r)
  while (['||', '->>', '&&', '~'].includes(r.peek().text) && r.peek().kind === 'sign') left = { is: 'operator', sign: r.next().text, left, right: summed(r) }
  return left
}

function summed(r: Reader): Expression {
  let left = multiplied(r)
  while ((r.sees('+') || r.sees('-')) && r.peek().kind === 'sign') left = { is: 'operator', sign: r.next().text, left, right: multiplied(r) }
  return left
}

function multiplied(r: Reader): Expression {
  let left = cast(r)
  while ((r.sees('*') || r.sees('/')) && r.peek().kind === 'sign') left = { is: 'operator', sign: r.next().text, left, right: cast(r) }
  return left
}

function cast(r: Reader): Expression {
  let of = primary(r)
  for (;;) {
    if (r.takes('::')) of = { is: 'cast', of, type: type(r) }
    else if (r.takes('at', 'time', 'zone')) r.next()
    else return of
  }
}

function primary(r: Reader): Expression {
  const token = r.peek()
  if (token.kind === 'number') return { is: 'value', value: Number(r.next().text) }
  if (token.kind === 'text') return { is: 'value', value: r.next().text }
  if (token.kind === 'parameter') return { is: 'parameter', number: Number(r.next().text) }
  if (r.takes('-')) return { is: 'operator', sign: '-', left: { is: 'value', value: 0 }, right: cast(r) }
  if (r.sees('(')) {
    if (r.peek(1).text === 'select') return { is: 'scalar', select: subselect(r) }
    const inside = tuple(r)
    const [only] = inside
    return inside.length === 1 && only ? only : { is: 'tuple', of: inside }
  }
  if (r.takes('null')) return nothing
  if (r.takes('true')) return { is: 'value', value: true }
  if (r.takes('false')) return { is: 'value', value: false }
  if (r.takes('case')) return choice(r)
  if (r.sees('exists', '(')) {
    r.next()
    return { is: 'exists', select: subselect(r) }
  }
  if (r.sees('array', '(')) {
    r.next()
    return { is: 'array', select: subselect(r) }
  }
  return named(r)
}

function choice(r: Reader): Expression {
  const whens: { when: Expression; then: Expression }[] = []
  while (r.takes('when')) {
    const when = expression(r)
    r.must('then')
    whens.push({ when, then: expression(r) })
  }
  const otherwise = r.takes('else') ? expression(r) : undefined
  r.must('end')
  return { is: 'case', whens, otherwise }
}

function named(r: Reader): Expression {
  const name = r.word()
  if (r.takes('.')) {
    if (r.takes('*')) return { is: 'all', table: name }
    return { is: 'column', table: name, name: r.word() }
  }
  if (!r.takes('(')) return { is: 'column', table: undefined, name }
  if (r.takes('*')) {
    r.must(')')
    return { is: 'call', name, arguments: [], order: [] }
  }
  const given = r.sees(')') ? [] : r.list(() => expression(r))
  const order = r.takes('order', 'by') ? orders(r) : []
  r.must(')')
  if (name !== 'row_number') return { is: 'call', name, arguments: given, order }
  r.must('over', '(', 'partition', 'by')
  const partition = expression(r)
  // rows come in the order of their place already
  if (r.takes('order', 'by')) orders(r)
  r.must(')')
  return { is: 'row-number', partition }
}
