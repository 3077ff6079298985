import pg from 'pg'

/** How PostgreSQL says that transactions collided: nothing is wrong with the statement, the whole transaction has to be tried again. */
type Collision = '40001' | '40P01'

interface Armed {
  left: number
  readonly code: Collision
}

type Query = (this: object, ...request: readonly unknown[]) => unknown

const textOf = (request: unknown): string => (typeof request === 'string' ? request : ((request as { readonly text?: string } | undefined)?.text ?? ''))

/**
 * Runs a story once undisturbed, then once for every statement of the units of work in it, each time with that statement, COMMIT
 * included, ended by the server as if its transaction had collided with another. The story asserts its outcome and uses what is new
 * each time. Services must run in this process. Answers how many statements were refused.
 */
export async function collideEverywhere(story: (round: number) => Promise<void>): Promise<number> {
  const units = new WeakSet()
  const prototype = pg.Client.prototype as unknown as { query: Query }
  const { query } = prototype
  let counted = 0
  let refused = 0
  let armed: Armed | undefined
  prototype.query = function (...request) {
    const text = textOf(request[0]).toLowerCase()
    if (text.startsWith('begin; select clock_timestamp()')) {
      units.add(this)
      return query.apply(this, [...request])
    }
    if (!units.has(this)) return query.apply(this, [...request])
    if (text === 'commit' || text === 'rollback') units.delete(this)
    if (text === 'rollback') return query.apply(this, [...request])
    counted += 1
    if (armed === undefined || --armed.left > 0) return query.apply(this, [...request])
    const { code } = armed
    armed = undefined
    refused += 1
    return query.call(this, `DO $$ BEGIN RAISE EXCEPTION 'a collision made by the test' USING ERRCODE = '${code}'; END $$`)
  }
  try {
    await story(0)
    const statements = counted
    for (let place = 1; place <= statements; place++) {
      armed = { left: place, code: place % 2 === 0 ? '40001' : '40P01' }
      await story(place)
      armed = undefined
    }
    return refused
  } finally {
    prototype.query = query
  }
}
