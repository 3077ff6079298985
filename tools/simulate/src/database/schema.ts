import { compile, type Bound, type Run, type Scope } from './compile-expression.js'
import { compileStatement, type Schema } from './compile.js'
import { expression, parseFrom, type } from './parse.js'
import { SERIAL, type ColumnShape, type Row, type TableShape } from './table.js'
import { Reader, tokensOf } from './tokens.js'
import type { Expression } from './syntax.js'
import { keeperOf } from './values.js'

/** What migrations make of an empty database: its tables, and statements that fill them. */
export interface Declared {
  readonly schema: Schema
  readonly fill: readonly { readonly statement: ReturnType<typeof compileStatement>; readonly values: readonly unknown[] }[]
}

/** The statements a migration runs, with their values. */
export type Migrated = readonly { readonly sql: string; readonly values: readonly unknown[] }[]

/** Reads the statements of a service's migrations. Views are left out: nothing that decides reads one. */
export function declare(migrated: Migrated): Declared {
  const schema = new Map<string, TableShape>()
  const fill: Declared['fill'][number][] = []
  for (const { sql, values } of migrated) {
    const reader = new Reader(tokensOf(sql))
    while (!reader.isDone) {
      if (reader.takes(';')) continue
      if (reader.takes('create', 'table')) createTable(reader, schema)
      else if (reader.takes('create', 'unique', 'index')) uniqueIndex(reader, schema)
      else if (reader.takes('alter', 'table')) alterTable(reader, schema)
      else if (reader.sees('insert')) fill.push({ statement: compileStatement(parseFrom(reader), schema), values })
      else skip(reader)
    }
  }
  return { schema, fill }
}

function skip(r: Reader): void {
  while (!r.isDone && !r.sees(';')) r.next()
}

function createTable(r: Reader, schema: Map<string, TableShape>): void {
  const shape: TableShape = { name: r.word(), columns: [], uniques: [], checks: [] }
  const checks: { readonly name: string; readonly of: Expression }[] = []
  const unique = (columns: readonly string[], nullsAreEqual = false) => shape.uniques.push({ name: columns.join(', '), columns, nullsAreEqual, where: undefined })
  r.must('(')
  r.list(() => {
    const name = r.takes('constraint') ? r.word() : undefined
    if (r.takes('primary', 'key')) unique(r.names())
    else if (r.takes('unique')) {
      const nullsAreEqual = r.takes('nulls', 'not', 'distinct')
      unique(r.names(), nullsAreEqual)
    } else if (r.takes('check')) checks.push({ name: name ?? 'a check', of: bracketed(r) })
    else shape.columns.push(column(r, (columns) => unique(columns), (of, at) => checks.push({ name: at, of })))
  })
  r.must(')')
  skip(r)
  const scope = scopeOf(shape)
  for (const { name, of } of checks) shape.checks.push({ name, columns: [...columnsIn(of)], holds: onRow(of, scope) })
  schema.set(shape.name, shape)
}

function column(r: Reader, unique: (columns: readonly string[]) => unknown, check: (of: Expression, name: string) => unknown): ColumnShape {
  const name = r.word()
  const kind = type(r)
  let isRequired = false
  let defaultTo: ColumnShape['defaultTo']
  for (;;) {
    if (r.takes('not', 'null')) isRequired = true
    else if (r.takes('primary', 'key')) {
      isRequired = true
      unique([name])
    } else if (r.takes('unique')) unique([name])
    else if (r.takes('check')) check(bracketed(r), name)
    else if (r.takes('generated', 'always', 'as', 'identity')) defaultTo = () => SERIAL
    else if (r.takes('default')) {
      const value = compile(expression(r), noScope)
      const keep = keeperOf(kind)
      defaultTo = () => keep(value([], noRun))
    } else return { name, type: kind, isRequired, defaultTo }
  }
}

function bracketed(r: Reader): Expression {
  r.must('(')
  const of = expression(r)
  r.must(')')
  return of
}

function uniqueIndex(r: Reader, schema: ReadonlyMap<string, TableShape>): void {
  const name = r.word()
  r.must('on')
  const shape = schema.get(r.word())
  const columns = r.names()
  const where = r.takes('where') ? expression(r) : undefined
  if (!shape) throw new Error(`the index ${name} has no table`)
  shape.uniques.push({ name, columns, nullsAreEqual: false, where: where && onRow(where, scopeOf(shape)) })
}

function alterTable(r: Reader, schema: ReadonlyMap<string, TableShape>): void {
  const shape = schema.get(r.word())
  r.list(() => {
    r.must('add', 'column')
    const added = column(r, () => undefined, () => undefined)
    shape?.columns.push(added)
  })
}

/** The names of all columns an expression looks at. */
function columnsIn(expression: object, found = new Set<string>()): ReadonlySet<string> {
  const { is, name } = expression as { readonly is?: string; readonly name?: string }
  if (is === 'column' && name !== undefined) found.add(name)
  for (const part of Object.values(expression) as unknown[]) if (typeof part === 'object' && part !== null) columnsIn(part, found)
  return found
}

const scopeOf = (shape: TableShape): Scope => ({
  ...noScope,
  places: [{ alias: shape.name, slot: 0, columns: new Map(shape.columns.map((each) => [each.name, each.type])) }],
})

function onRow(of: Expression, scope: Scope): (row: Row) => unknown {
  const evaluate = compile(of, scope)
  return (row) => evaluate([row] as Bound, noRun)
}

const noScope: Scope = {
  places: [],
  outer: undefined,
  counter: { slots: 0 },
  subselect: () => {
    throw new Error('a constraint looks at its row alone')
  },
}

const noRun: Run = {
  values: [],
  now: new Date(0),
  table: () => {
    throw new Error('a constraint looks at its row alone')
  },
  nextSerial: () => 0,
  named: new Map(),
  counters: new Map(),
}
