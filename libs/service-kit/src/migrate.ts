import { messagingGrants, messagingMigrations } from '@waybill/messaging'
import pg from 'pg'
import type { MigrationInterface } from 'typeorm'
import { kitMigrations } from './migrations/index.js'
import type { Migration, ServiceDefinition } from './service.js'

export interface MigrateOptions {
  /** The role the service runs as, if it is not the one that migrates: gets rights on the rows, none on the tables. */
  readonly grantTo?: string
}

/** A busy table is waited for only so long: a migration that queues for a lock stops everybody behind it. */
const LOCK_WAIT = '5s'

/** Brings a service's database to this build's schema: tables of messaging, of the kit, of the service. Run as a job before the service starts. */
export async function migrate(service: ServiceDefinition, url: string, options: MigrateOptions = {}): Promise<void> {
  // loaded here: services that only run do without its 30 MB
  const { DataSource } = await import('typeorm')
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations: [...migrationsOf(service)],
    migrationsTransactionMode: 'each',
    migrationsTableName: 'migrations',
    extra: { max: 1, application_name: `${service.name} migration`, lock_timeout: LOCK_WAIT },
  })
  await dataSource.initialize()
  try {
    // two jobs at once: the second waits, then finds nothing to do
    await dataSource.query(`select pg_advisory_lock(hashtext('waybill migrations'))`)
    await dataSource.runMigrations()
    if (options.grantTo !== undefined) for (const statement of grantsTo(options.grantTo)) await dataSource.query(statement)
  } finally {
    await dataSource.destroy()
  }
}

/** Why a service cannot work on this database yet, or nothing: it is there and has every migration of this build (and perhaps later ones). */
export async function schemaLacks(service: ServiceDefinition, url: string): Promise<string | undefined> {
  const wanted = migrationsOf(service).map((migration) => new migration().name ?? migration.name)
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  // a connection that breaks fails the query that waits for it
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ name: string }>('select name from migrations')
    const done = new Set(rows.map(({ name }) => name))
    const missing = wanted.filter((name) => !done.has(name))
    return missing.length === 0 ? undefined : `migrations are missing: ${missing.join(', ')}`
  } catch (error) {
    return error instanceof AggregateError ? 'the database does not answer' : (error as Error).message
  } finally {
    await client.end().catch(() => undefined)
  }
}

const migrationsOf = (service: ServiceDefinition): readonly (new () => MigrationInterface)[] => [
  ...ordered(1, messagingMigrations as readonly Migration[]),
  ...ordered(2, kitMigrations),
  ...ordered(3, service.migrations),
]

/**
 * TypeORM orders migrations by a 13-digit time at the end of their names. Ours are numbered (`Stock0001`): the number
 * becomes that time, after the owner's place, so that messaging's tables exist before the kit's and those before the service's.
 */
function ordered(owner: number, migrations: readonly Migration[]): (new () => MigrationInterface)[] {
  return migrations.map((migration) => {
    const [, noun = '', number = ''] = /^(.*?)(\d+)$/.exec(new migration().name ?? migration.name) ?? []
    if (number === '') throw new Error(`A migration is named by a noun and a number, as in Stock0001: ${migration.name}`)
    return class extends migration {
      override readonly name = `${noun}${owner}${number.padStart(12, '0')}`
    }
  })
}

function grantsTo(role: string): readonly string[] {
  const quoted = `"${role.replaceAll('"', '""')}"`
  return [
    ...['public', 'kit'].flatMap((schema) => [
      `grant usage on schema ${schema} to ${quoted}`,
      `grant select, insert, update, delete on all tables in schema ${schema} to ${quoted}`,
      `grant usage, select on all sequences in schema ${schema} to ${quoted}`,
    ]),
    messagingGrants(role),
  ]
}
