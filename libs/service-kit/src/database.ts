import { Pool, types, type PoolClient, type PoolConfig } from 'pg'
import type { Log } from './logging.js'
import { cutWhenSilent } from './silent-connection.js'

/** Connections a process may hold to its database. Source: reliability.md section 6. */
export const POOL_MAX = 10
/** How long a request waits for one of them. */
const CONNECT_TIMEOUT_MS = 2_000

/** A calendar day has no time zone: pg would make it midnight of wherever this process runs. */
const DATE = 1082

// never query_timeout: one late reply shifts all later replies of that connection by one (hazard H11)
const serverLimits = {
  statement_timeout: 5_000,
  lock_timeout: 2_000,
  idle_in_transaction_session_timeout: 10_000,
  // the last four: a server does not keep the locks and sessions of clients that can no longer be reached
  options: '-c jit=off -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=20000',
}

const typeParsers = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') =>
    id === DATE ? (text: string) => text : types.getTypeParser(id, format)) as typeof types.getTypeParser,
}

/** Settings of every connection of a service: limits that the server enforces, days as `YYYY-MM-DD` text. */
const connectionSettings = (url: string, application: string): PoolConfig => ({
  connectionString: url,
  application_name: application,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  keepAlive: true,
  // without it the system's default is used: two hours
  keepAliveInitialDelayMillis: 10_000,
  types: typeParsers,
  ...serverLimits,
})

/** The connections of one service to its own database. */
export function openPool(url: string, application: string, max: number, log: Log): Pool {
  const pool = new Pool({ ...connectionSettings(url, application), max, idleTimeoutMillis: 30_000 })
  // an idle connection that breaks is replaced by the pool; without a listener Node would end the process
  pool.on('error', (error) => log.warn('database connection lost', { error }))
  pool.on('connect', (client) => {
    cutWhenSilent(client)
    // between its log-in and the first step of who asked for it, a client that breaks is heard by nobody; its next query tells
    client.on('error', () => undefined)
  })
  return pool
}

/** Borrows a connection for a piece of work. One that broke, or that the work says to `discard`, is not given back. */
export async function withClient<T>(pool: Pool, work: (client: PoolClient, discard: (why: Error) => void) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  const discard = (why: Error) => {
    broken = why
  }
  // between two statements a lost connection is told by event only, and an event without listener ends the process
  client.on('error', discard)
  try {
    return await work(client, discard)
  } finally {
    client.off('error', discard)
    client.release(broken)
  }
}
