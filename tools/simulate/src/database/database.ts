import { compileStatement, type Compiled } from './compile.js'
import type { Run } from './compile-expression.js'
import { parseStatement } from './parse.js'
import type { Declared } from './schema.js'
import { Table, type Row, type Undo } from './table.js'

/** Says what a statement does that we do not read: its rows, from the tables. */
export type Spoken = (database: Database, values: readonly unknown[]) => readonly Row[]

/** What happens in the place of a statement; `go` runs the statement itself, with other values if any are given. */
export type Instead = (database: Database, values: readonly unknown[], go: (values?: readonly unknown[]) => readonly Row[]) => readonly Row[]

/** Statements compiled once, for every database of this shape. */
export interface Shape {
  readonly declared: Declared
  /** By the statement's name: one text a name, as for prepared statements. */
  readonly compiled: Map<string, { readonly length: number; readonly run: Compiled }>
  /** By the statement's name. */
  readonly spoken: ReadonlyMap<string, Spoken>
}

/** A service's tables in memory, behind the service's own statements. */
export class Database {
  private tables: Map<string, Table>
  private readonly serials = new Map<string, number>()
  private readonly replaced = new Map<string, Instead>()

  constructor(
    private readonly shape: Shape,
    private readonly now: () => Date,
  ) {
    this.tables = new Map([...shape.declared.schema].map(([name, table]) => [name, new Table(table)]))
    for (const { statement, values } of shape.declared.fill) statement(this.run(values), [])
  }

  table(name: string): Table {
    const table = this.tables.get(name)
    if (!table) throw new Error(`there is no table ${name}`)
    return table
  }

  names(): readonly string[] {
    return [...this.tables.keys()]
  }

  rows<R = Row>(name: string): R[] {
    return [...this.table(name).all()] as R[]
  }

  /** Another database with the same rows. */
  copy(now: () => Date): Database {
    const copied = Object.create(Database.prototype) as Database
    Object.assign(copied, { shape: this.shape, now, serials: new Map(this.serials), replaced: new Map(this.replaced), tables: new Map([...this.tables].map(([name, table]) => [name, table.copy()])) })
    return copied
  }

  /** From now on something else happens, here and in all copies, where a statement of this name is run. */
  instead(name: string, what: Instead): void {
    this.replaced.set(name, what)
  }

  /** From now on a table does without one of its constraints: a check by its name, a key by its columns. */
  dropRule(table: string, rule: string): void {
    const { shape } = this.table(table)
    const rest = { ...shape, checks: shape.checks.filter(({ name }) => name !== rule), uniques: shape.uniques.filter(({ name }) => name !== rule) }
    if (rest.checks.length + rest.uniques.length === shape.checks.length + shape.uniques.length) throw new Error(`${table} has no rule ${rule}`)
    this.tables.set(table, this.table(table).under(rest))
  }

  /** Runs a statement; `undo` collects what it takes to take it back. Throws: Refused; an error that names a statement we cannot read. */
  query(name: string, sql: string, values: readonly unknown[], undo: Undo[]): readonly Row[] {
    const instead = this.replaced.get(name)
    return instead ? instead(this, values, (given = values) => this.runNamed(name, sql, given, undo)) : this.runNamed(name, sql, values, undo)
  }

  private runNamed(name: string, sql: string, values: readonly unknown[], undo: Undo[]): readonly Row[] {
    const spoken = this.shape.spoken.get(name)
    if (spoken) return spoken(this, values)
    const compiled = this.shape.compiled.get(name) ?? this.compile(name, sql)
    // another text is nearly always of another length, and a length is all that is looked at each time
    if (compiled.length !== sql.length) throw new Error(`there are two statements of the name ${name}`)
    return compiled.run(this.run(values), undo)
  }

  private compile(name: string, sql: string): { readonly length: number; readonly run: Compiled } {
    try {
      const compiled = { length: sql.length, run: compileStatement(parseStatement(sql), this.shape.declared.schema) }
      this.shape.compiled.set(name, compiled)
      return compiled
    } catch (error) {
      throw new Error(`the simulation cannot run the statement ${name}: ${(error as Error).message}`, { cause: error })
    }
  }

  private run(values: readonly unknown[]): Run {
    return new OneRun(this, values, this.now())
  }

  next(sequence: string): number {
    const next = (this.serials.get(sequence) ?? 0) + 1
    this.serials.set(sequence, next)
    return next
  }
}

class OneRun implements Run {
  private names: Map<string, readonly Row[]> | undefined
  private counts: Map<unknown, number> | undefined

  constructor(
    private readonly database: Database,
    readonly values: readonly unknown[],
    readonly now: Date,
  ) {}

  get named(): Map<string, readonly Row[]> {
    return (this.names ??= new Map())
  }

  get counters(): Map<unknown, number> {
    return (this.counts ??= new Map())
  }

  table(name: string): Table {
    return this.database.table(name)
  }

  nextSerial(sequence: string): number {
    return this.database.next(sequence)
  }
}
