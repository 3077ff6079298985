import pg from 'pg'

/** How PostgreSQL says that transactions collided: nothing is wrong with the statement, the whole transaction has to be tried again. */
type Collision = '40001' | '40P01'

type Query = (this: object, ...request: readonly unknown[]) => unknown

const textOf = (request: unknown): string => (typeof request === 'string' ? request : ((request as { readonly text?: string } | undefined)?.text ?? ''))

/** Looks at a statement, and at all before it in its unit of work; a code: it is to be refused with it. */
type Watch = (way: string, isCommit: boolean) => Collision | undefined
let watch: Watch | undefined

// As soon as this is loaded, and so before any service connects: connections keep the method they found.
const ways = new WeakMap<object, string>()
const prototype = pg.Client.prototype as unknown as { query: Query }
const { query } = prototype
prototype.query = function (...request) {
  if (watch === undefined) return query.apply(this, [...request])
  const text = textOf(request[0]).toLowerCase()
  const before = ways.get(this)
  const way = `${before ?? ''}\n${text}`
  if (text.startsWith('begin; select clock_timestamp()') || (before !== undefined && text !== 'commit' && text !== 'rollback')) ways.set(this, way)
  else ways.delete(this)
  const code = before === undefined || text === 'rollback' ? undefined : watch(way, text === 'commit')
  if (code === undefined) return query.apply(this, [...request])
  return query.call(this, `DO $$ BEGIN RAISE EXCEPTION 'a collision made by the test' USING ERRCODE = '${code}'; END $$`)
}

/** Stories that are under way at once, and how often they are begun anew at most. */
const sideBySide = 4
const roundsMax = 60

/**
 * Runs a story over and over until every statement of every unit of work in it, COMMIT included, was once ended by the server as if
 * its transaction had collided with another; the try after that is let through. The story asserts its outcome and uses what is new
 * each time. Services must run in this process. Answers how many statements were refused, and how often the story was told.
 */
export async function collideEverywhere(story: (time: number) => Promise<void>): Promise<{ readonly refused: number; readonly times: number }> {
  const refused = new Set<string>()
  let mayRefuse = true
  let times = 0
  watch = (way, isCommit) => {
    if (!mayRefuse || refused.has(way)) {
      mayRefuse ||= isCommit
      return undefined
    }
    refused.add(way)
    mayRefuse = false
    return refused.size % 2 === 0 ? '40001' : '40P01'
  }
  try {
    for (let round = 0; round < roundsMax; round++) {
      const before = refused.size
      await Promise.all(Array.from({ length: sideBySide }, () => story(times++)))
      if (refused.size === before) return { refused: refused.size, times }
    }
    throw new Error(`After ${times} times there are still statements that were never refused`)
  } finally {
    watch = undefined
  }
}
