import { Problem } from './problem.js'

const sqlStateOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

const connectionTexts = [
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed',
  'Connection ended unexpectedly',
  'timeout expired',
]
const networkCodes: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])

/** pg-pool says so when no connection came free in time. */
const POOL_WAIT_TEXT = 'timeout exceeded when trying to connect'

const isPoolWait = (error: unknown): boolean => error instanceof Error && error.message === POOL_WAIT_TEXT

/** The database went away or never answered: whether the work was done is unknown. */
const isConnectionLost = (error: unknown): boolean => {
  const state = sqlStateOf(error)
  if (state.startsWith('08') || /^57P0[123]$/.test(state) || networkCodes.has(state)) return true
  return error instanceof Error && connectionTexts.some((text) => error.message.startsWith(text))
}

/** Two transactions stood in each other's way: the same again can succeed at once. */
const isCollision = (error: unknown): boolean => ['40001', '40P01'].includes(sqlStateOf(error))

/** The statement waited or worked longer than the server lets it. Trying at once again would only add to the queue. */
const isTimeLimit = (error: unknown): boolean => ['55P03', '57014'].includes(sqlStateOf(error))

/** Done again with the same keys, it can succeed. */
export const isTransient = (error: unknown): boolean => isCollision(error) || isConnectionLost(error)

const unavailable = { headers: { 'Retry-After': '1' } }

/** What a failure of the database means to the caller, or undefined if it is a defect of ours. */
export function problemOfFailure(error: unknown): Problem | undefined {
  const cause = (error as { driverError?: unknown } | undefined)?.driverError ?? error
  const state = sqlStateOf(cause)
  if (isPoolWait(cause) || state === '53300') return new Problem('overloaded', { ...unavailable, cause })
  if (state.startsWith('53')) return new Problem(state === '53100' ? 'storage-full' : 'overloaded', { ...unavailable, cause })
  if (isTransient(cause) || isTimeLimit(cause)) return new Problem('database-unavailable', { ...unavailable, cause })
  // class 22 is a value the database cannot hold: the caller's, whatever let it pass
  if (['22021', '22P05', '22P02'].includes(state)) return new Problem('invalid-character', { cause })
  if (state.startsWith('22')) return new Problem('invalid-value', { cause })
  return undefined
}
