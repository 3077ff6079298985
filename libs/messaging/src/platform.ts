/** The part of a pg client that messaging needs: the transaction of the caller. */
export interface SqlClient {
  query<Row>(statement: { readonly name?: string; readonly text: string; readonly values?: unknown[] }): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>
}

/** A pg Pool, or what behaves like one. */
export interface SqlPool extends SqlClient {
  connect(): Promise<PooledClient>
}

export interface PooledClient extends SqlClient {
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'notification', listener: (message: { readonly channel: string }) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'notification', listener: (message: { readonly channel: string }) => void): unknown
  release(broken?: Error | boolean): void
}

/** Where log lines go. pino fits. Never gets payloads. */
export interface MessagingLog {
  info(data: object, message: string): void
  warn(data: object, message: string): void
  error(data: object, message: string): void
}

/** Something a person has to know of at once. Counted in `waybill_alarms_total{code}` and logged as an error. */
export interface Alarm {
  readonly code: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
}

export type RaiseAlarm = (code: string, message: string, data?: Readonly<Record<string, unknown>>) => void

/** Runs `work` in a transaction of messaging's own. */
export async function inTransaction<R>(pool: SqlPool, work: (client: SqlClient) => Promise<R>): Promise<R> {
  const client = await pool.connect()
  // A pool does not listen to the clients it has lent; unheard, a cut connection would end the process.
  const ignore = () => undefined
  client.on('error', ignore)
  let broken: Error | undefined
  try {
    await client.query({ text: 'BEGIN' })
    const result = await work(client)
    await client.query({ text: 'COMMIT' })
    return result
  } catch (error) {
    await client.query({ text: 'ROLLBACK' }).catch((rollbackError: Error) => (broken = rollbackError))
    throw error
  } finally {
    client.removeListener('error', ignore)
    client.release(broken)
  }
}
