import { hash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServiceDefinition } from '@waybill/service-kit'
import pg from 'pg'
import { servers } from './servers.js'

/** The role that services under test log in with: as in production, it owns nothing and gets what `migrate` grants. */
const testRole = { name: 'waybill_test', password: 'waybill_test' } as const

/** Creates an empty database. Answers the administrator's URL of it. */
export async function createDatabase(name: string): Promise<string> {
  await asAdministrator((client) => client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`))
  return urlOf(name)
}

/** A migrated database of a service as a copy of its template. Answers its URL for the service's role. */
export async function cloneDatabase(service: ServiceDefinition, name: string): Promise<string> {
  const template = `template_${service.name.replaceAll('-', '_')}_${await schemaVersion(service)}`
  await asAdministrator(async (client) => {
    // Held through copying too: a template with a session in it cannot be copied, and two workers need it at once.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [`waybill template ${service.name}`])
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [template])
    if (rowCount === 0) await makeTemplate(client, service, template)
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`)
  })
  const url = new URL(urlOf(name))
  url.username = testRole.name
  url.password = testRole.password
  return url.href
}

/** Drops databases, whoever is still in them. */
export async function dropDatabases(names: readonly string[]): Promise<void> {
  await asAdministrator(async (client) => {
    for (const name of names) await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
  })
}

async function makeTemplate(client: pg.Client, service: ServiceDefinition, template: string): Promise<void> {
  await makeTestRole(client)
  const unfinished = pg.escapeIdentifier(`${template}_unfinished`)
  await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`)
  await client.query(`CREATE DATABASE ${unfinished}`)
  // Loaded here and not above: the tests of messaging need no service, and start half a second sooner without the kit.
  const { migrate } = await import('@waybill/service-kit')
  await migrate(service, urlOf(`${template}_unfinished`), { grantTo: testRole.name })
  await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${pg.escapeIdentifier(template)}`)
  const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database WHERE datname LIKE $1 AND datname <> $2', [
    `template\\_${service.name.replaceAll('-', '\\_')}\\_%`,
    template,
  ])
  for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(datname)} WITH (FORCE)`)
}

async function makeTestRole(client: pg.Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock(hashtext($1))', ['waybill test role'])
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [testRole.name])
  if (rowCount === 0) await client.query(`CREATE ROLE ${testRole.name} LOGIN PASSWORD ${pg.escapeLiteral(testRole.password)}`)
  await client.query('SELECT pg_advisory_unlock(hashtext($1))', ['waybill test role'])
}

/** Another word for every schema a service can have: its own migrations, and what messaging and the kit bring. */
async function schemaVersion(service: ServiceDefinition): Promise<string> {
  sharedSources ??= Promise.all(['messaging', 'service-kit'].map((lib) => textOf(join(import.meta.dirname, '..', '..', lib, 'src')))).then((texts) =>
    texts.join('\n'),
  )
  return hash('sha256', `${service.migrations.map(String).join('\n')}\n${await sharedSources}`, 'hex').slice(0, 12)
}
let sharedSources: Promise<string> | undefined

async function textOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && /(migration|grant|database|boot)/.test(join(entry.parentPath, entry.name)))
  const texts = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')))
  return texts.join('\n')
}

/** Runs some statements with the administrator's rights on a connection of their own; locks end with it. */
async function asAdministrator<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: servers().postgresUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function urlOf(database: string): string {
  const url = new URL(servers().postgresUrl)
  url.pathname = `/${database}`
  return url.href
}
