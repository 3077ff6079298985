import pg from 'pg'

/** The read-only role that `npm run verify` looks at all databases with. */
export const verifyRole = 'waybill_verify'

/** The database and the role of a service: they share one name. */
export const databaseOf = (service: string): string => `waybill_${service.replaceAll('-', '_')}`

/**
 * Makes what is missing: for each service a role and a database that no other service may even connect to, and one
 * role that may read them all and change nothing. Passwords are set each time: the installation's secrets decide.
 */
export async function makeDatabases(adminUrl: string, services: readonly string[], password: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await makeRole(client, verifyRole, password)
    await client.query(`GRANT pg_read_all_data TO ${verifyRole}`)
    await client.query(`ALTER ROLE ${verifyRole} SET default_transaction_read_only = on`)
    for (const service of services) {
      const name = databaseOf(service)
      await makeRole(client, name, password)
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name])
      if (rowCount === 0) await client.query(`CREATE DATABASE ${name}`)
      await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
      await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${name}, ${verifyRole}`)
    }
  } finally {
    await client.end()
  }
}

/** Drops the databases of these services, whoever is in them. */
export async function dropDatabases(adminUrl: string, services: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    for (const service of services) await client.query(`DROP DATABASE IF EXISTS ${databaseOf(service)} WITH (FORCE)`)
  } finally {
    await client.end()
  }
}

/** The URL of a service's database for a role; without one, for the administrator. */
export function databaseUrl(adminUrl: string, service: string, role?: { readonly name: string; readonly password: string }): string {
  const url = new URL(adminUrl)
  url.pathname = `/${databaseOf(service)}`
  if (role !== undefined) {
    url.username = role.name
    url.password = role.password
  }
  return url.href
}

async function makeRole(client: pg.Client, name: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name])
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER'
  await client.query(`${verb} ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`)
}
