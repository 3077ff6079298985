/** A row; values as the driver hands them out, but amounts as numbers. Never changed: a changed row is another object. */
export type Row = Readonly<Record<string, unknown>>

/** What the database would refuse. `code` as PostgreSQL gives it. */
export class Refused extends Error {
  constructor(
    readonly code: '23502' | '23505' | '23514',
    message: string,
  ) {
    super(message)
    this.name = 'Refused'
  }
}

export interface ColumnShape {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly defaultTo: (() => unknown) | undefined
}

export interface UniqueShape {
  readonly name: string
  readonly columns: readonly string[]
  readonly nullsAreEqual: boolean
  /** Of which rows; undefined: all. */
  readonly where: ((row: Row) => unknown) | undefined
}

export interface CheckShape {
  readonly name: string
  /** What it looks at. */
  readonly columns: readonly string[]
  readonly holds: (row: Row) => unknown
}

export interface TableShape {
  readonly name: string
  readonly columns: ColumnShape[]
  readonly uniques: UniqueShape[]
  readonly checks: CheckShape[]
}

/** Undoes one change of a table. */
export type Undo = () => void

/** The rows of a table with their constraints and, as they are asked for, their indexes. */
export class Table {
  private rows = new Set<Row>()
  private uniques: Map<string, Row>[]
  private indexes = new Map<string, Map<unknown, Set<Row>>>()
  /** All of this is another table's, until something is written here. */
  private isBorrowed = false
  private readonly required: readonly string[]
  /** Copied, so that all rows are of one form. */
  private readonly blank: Readonly<Record<string, unknown>>
  private serial = 0

  constructor(readonly shape: TableShape) {
    const { required, blank } = formOf(shape)
    this.required = required
    this.blank = blank
    this.uniques = shape.uniques.map(() => new Map<string, Row>())
  }

  /** Another table with the same rows, which counts on from here. This one must not change any more while the other is in use. */
  copy(): Table {
    const copied = new Table(this.shape)
    copied.rows = this.rows
    copied.uniques = this.uniques
    copied.indexes = this.indexes
    copied.isBorrowed = true
    copied.serial = this.serial
    return copied
  }

  /** The same rows under other rules. */
  under(shape: TableShape): Table {
    const table = new Table(shape)
    for (const row of this.rows) table.enter(row)
    table.serial = this.serial
    return table
  }

  private own(): void {
    if (!this.isBorrowed) return
    this.isBorrowed = false
    this.rows = new Set(this.rows)
    this.uniques = this.uniques.map((unique) => new Map(unique))
    this.indexes = new Map()
  }

  all(): Iterable<Row> {
    return this.rows
  }

  get size(): number {
    return this.rows.size
  }

  /** Rows whose column has this value. */
  where(column: string, value: unknown): Iterable<Row> {
    let index = this.indexes.get(column)
    if (!index) {
      index = new Map()
      for (const row of this.rows) put(index, row[column], row)
      this.indexes.set(column, index)
    }
    return index.get(value) ?? []
  }

  /** The row that stands in the way of a new one; `columns` empty: of whichever rule. */
  conflicting(row: Row, columns: readonly string[]): Row | undefined {
    for (const [place, unique] of this.shape.uniques.entries()) {
      if (columns.length > 0 && !isSame(unique.columns, columns)) continue
      const key = keyOf(unique, row)
      const found = key === undefined ? undefined : this.uniques[place]?.get(key)
      if (found) return found
    }
    return undefined
  }

  insert(given: Row): { readonly row: Row; readonly undo: Undo } {
    const row: Record<string, unknown> = { ...this.blank }
    for (const { name, isRequired, defaultTo } of this.shape.columns) {
      const value = given[name]
      row[name] = value === undefined ? (defaultTo ? defaultTo() : null) : value
      if (row[name] === SERIAL) row[name] = ++this.serial
      if (isRequired && row[name] === null) throw new Refused('23502', `${this.shape.name}.${name} may not be null`)
    }
    for (const check of this.shape.checks) this.hold(check, row)
    this.enter(row)
    return { row, undo: () => this.leave(row) }
  }

  replace(old: Row, changes: Row): { readonly row: Row; readonly undo: Undo } {
    const row: Row = { ...old, ...changes }
    for (const name of this.required) if (row[name] === null) throw new Refused('23502', `${this.shape.name}.${name} may not be null`)
    for (const check of this.shape.checks) if (!isSameIn(check.columns, old, row)) this.hold(check, row)
    this.exchange(old, row)
    return { row, undo: () => this.exchange(row, old) }
  }

  /** One row in the place of another. Throws: Refused. */
  private exchange(old: Row, row: Row): void {
    this.own()
    const { uniques } = this.shape
    for (let place = 0; place < uniques.length; place++) {
      const unique = uniques[place]
      const known = this.uniques[place]
      if (!unique || !known) continue
      const before = keyOf(unique, old)
      const after = isKeyKept(unique, old, row) ? before : keyOf(unique, row)
      if (after !== undefined && after !== before && known.has(after)) {
        // what was exchanged so far goes back
        for (let at = 0; at < place; at++) this.rename(at, row, old)
        throw new Refused('23505', `${this.shape.name} has such a row: ${JSON.stringify(known.get(after))}`)
      }
      if (before !== undefined && before !== after) known.delete(before)
      if (after !== undefined) known.set(after, row)
    }
    this.rows.delete(old)
    this.rows.add(row)
    for (const [column, index] of this.indexes) {
      index.get(old[column])?.delete(old)
      put(index, row[column], row)
    }
  }

  /** Under one rule, a row in the place of another. */
  private rename(place: number, from: Row, to: Row): void {
    const unique = this.shape.uniques[place]
    const known = this.uniques[place]
    if (!unique || !known) return
    const [before, after] = [keyOf(unique, from), keyOf(unique, to)]
    if (before !== undefined) known.delete(before)
    if (after !== undefined) known.set(after, to)
  }

  remove(row: Row): Undo {
    this.leave(row)
    return () => this.enter(row)
  }

  private hold({ name, holds }: CheckShape, row: Row): void {
    // as in SQL: what is not known is not refused
    if (holds(row) === false) throw new Refused('23514', `${this.shape.name}: ${name} does not hold: ${JSON.stringify(row)}`)
  }

  /** Throws: Refused. */
  private enter(row: Row): void {
    this.own()
    const { uniques } = this.shape
    for (let place = 0; place < uniques.length; place++) {
      const unique = uniques[place]
      const known = this.uniques[place]
      const key = unique && keyOf(unique, row)
      if (key === undefined || !known) continue
      const twin = known.get(key)
      if (twin) {
        for (let at = 0; at < place; at++) this.forget(at, row)
        throw new Refused('23505', `${this.shape.name} has such a row: ${JSON.stringify(twin)}`)
      }
      known.set(key, row)
    }
    this.rows.add(row)
    for (const [column, index] of this.indexes) put(index, row[column], row)
  }

  private forget(place: number, row: Row): void {
    const unique = this.shape.uniques[place]
    const key = unique && keyOf(unique, row)
    if (key !== undefined) this.uniques[place]?.delete(key)
  }

  private leave(row: Row): void {
    this.own()
    this.rows.delete(row)
    for (let place = 0; place < this.uniques.length; place++) this.forget(place, row)
    for (const [column, index] of this.indexes) index.get(row[column])?.delete(row)
  }
}

interface Form {
  readonly required: readonly string[]
  readonly blank: Readonly<Record<string, unknown>>
}

const forms = new WeakMap<TableShape, Form>()

/** What is the same of all tables of a shape. */
function formOf(shape: TableShape): Form {
  const known = forms.get(shape)
  if (known) return known
  const form = { required: shape.columns.flatMap(({ name, isRequired }) => (isRequired ? [name] : [])), blank: Object.fromEntries(shape.columns.map(({ name }) => [name, null])) }
  forms.set(shape, form)
  return form
}

/** Default of a column that counts. */
export const SERIAL = Symbol('serial')

function put(index: Map<unknown, Set<Row>>, value: unknown, row: Row): void {
  const rows = index.get(value)
  if (rows) rows.add(row)
  else index.set(value, new Set([row]))
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name) => b.includes(name))

/** Do both rows have the same name under this rule, whatever it is? */
const isKeyKept = ({ columns, where }: UniqueShape, old: Row, row: Row): boolean => where === undefined && isSameIn(columns, old, row)

function isSameIn(columns: readonly string[], old: Row, row: Row): boolean {
  for (const column of columns) if (old[column] !== row[column]) return false
  return true
}

/** Names the row by the columns of a rule; undefined: the rule does not ask about it. */
function keyOf({ columns, nullsAreEqual, where }: UniqueShape, row: Row): string | undefined {
  let key = ''
  for (const column of columns) {
    const value = row[column]
    if (value === null || value === undefined) {
      if (!nullsAreEqual) return undefined
      key += '\u0000null'
    } else key += `\u0000${value instanceof Date ? value.getTime() : String(value)}`
  }
  return where === undefined || where(row) === true ? key : undefined
}
