import type { SqlClient } from './platform.js'

/**
 * The same connection, asked one thing after the other. The relay reads ahead, renews its lease and confirms on one connection at
 * moments of their own; pg queues such queries today, warns, and will refuse them in its next major version.
 */
export function oneAtATime(client: SqlClient): SqlClient {
  let before: Promise<unknown> = Promise.resolve()
  return {
    query: (statement) => {
      const answer = before.then(() => client.query<never>(statement))
      // Whoever asked hears of a failure; who comes next asks all the same.
      before = answer.catch(() => undefined)
      return answer
    },
  }
}
