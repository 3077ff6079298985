import type { PoolClient } from 'pg'

/** The server ends a statement after 5 s, so an answer that is later than this comes over a network that has lost it. */
const SILENCE_MAX_MS = 8_000
/** A process that stood still itself hears what has arrived meanwhile before it judges. */
const BENEFIT_MS = 1_000

/** What pg does not declare: the socket is replaced by its TLS one while connecting. */
interface Wired {
  readonly connection: { readonly stream: { destroy(error: Error): void; on(event: 'data', listener: () => void): unknown } }
}

/**
 * Cuts a connection that owes an answer and says nothing, so that its user gets an error (as of any lost connection: the work may or may not
 * be done) and the pool opens another. Without it a connection whose replies vanish keeps its user waiting for ever, and its place in the
 * pool; pg's own query_timeout would give it back to the pool, one answer behind (hazard H11).
 */
export function cutWhenSilent(client: PoolClient, maxMs = SILENCE_MAX_MS): void {
  const { stream } = (client as unknown as Wired).connection
  let owesAnswer = false
  let heardAt = 0
  let timer: NodeJS.Timeout | undefined
  const look = (dueAt: number) => {
    timer = undefined
    if (!owesAnswer) return
    const now = performance.now()
    const silentMs = now - heardAt
    if (silentMs < maxMs) return lookIn(maxMs - silentMs)
    if (now - dueAt > BENEFIT_MS) return lookIn(BENEFIT_MS)
    stream.destroy(new Error(`Connection terminated: the database has said nothing for ${Math.round(silentMs)} ms`))
  }
  const lookIn = (ms: number) => {
    const dueAt = performance.now() + ms
    timer = setTimeout(() => look(dueAt), ms).unref()
  }
  stream.on('data', () => (heardAt = performance.now()))
  client.on('drain', () => (owesAnswer = false))
  client.on('end', () => clearTimeout(timer))
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  client.query = ((...args: unknown[]) => {
    if (!owesAnswer) {
      owesAnswer = true
      heardAt = performance.now()
      // One timer for many statements: it looks again as long as one is under way.
      if (timer === undefined) lookIn(maxMs)
    }
    return query(...args)
  }) as typeof client.query
}
