/** A migration as TypeORM runs it, declared by shape so that this library does not depend on TypeORM. */
export interface MessagingMigration {
  name: string
  up(runner: { query(sql: string): Promise<unknown> }): Promise<void>
  down(): Promise<void>
}

/**
 * A migration that runs these statements in their order.
 * TypeORM orders migrations by the JavaScript time stamp at the end of the name: ours stand before every service's own.
 */
export const migrationOf = (name: string, statements: readonly string[]): (new () => MessagingMigration) =>
  class {
    name = name

    async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
      for (const statement of statements) await runner.query(statement)
    }

    down(): Promise<void> {
      return Promise.reject(new Error('migrations go forward only'))
    }
  }
