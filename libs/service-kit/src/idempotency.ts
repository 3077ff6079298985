import type { RequestCause } from '@waybill/kernel'
import type { PoolClient } from 'pg'
import { Problem } from './problem.js'

/** What became of a request when it was admitted. */
export type RequestAdmission =
  | { readonly as: 'fresh' }
  | { readonly as: 'done'; readonly result: unknown }
  | { readonly as: 'refused'; readonly problem: Problem }
  /** The same request is in this very batch, at this place: it shares that one's result. */
  | { readonly as: 'twin'; readonly of: number }

const inProgress = (): Problem => new Problem('request-in-progress', { headers: { 'Retry-After': '1' } })
const reused = (): Problem => new Problem('idempotency-key-reused')

const isSame = (one: { route: string; bodyHash: string }, other: { route: string; bodyHash: string }): boolean =>
  one.route === other.route && one.bodyHash === other.bodyHash

const idOf = ({ client, key }: { client: string; key: string }): string => `${client}\n${key}`

interface Done {
  readonly client: string
  readonly key: string
  readonly route: string
  readonly bodyHash: string
  readonly result: unknown
}

/** First step of a transaction that requests caused: which are new, done, in progress elsewhere, or another request under a used key. */
export async function admitRequests(client: PoolClient, causes: readonly RequestCause[]): Promise<readonly RequestAdmission[]> {
  const keys = [causes.map((cause) => cause.client), causes.map((cause) => cause.key)]
  // a lock that does not wait: whoever works on the same key now holds it until its transaction has ended
  const locks = await client.query<{ locked: boolean }>({
    name: 'kit.requests.lock',
    text: `select pg_try_advisory_xact_lock(hashtextextended(client || E'\\n' || key, 0)) as locked
           from unnest($1::text[], $2::text[]) with ordinality as asked (client, key, place) order by place`,
    values: keys,
  })
  // a second statement, so that its snapshot is younger than the locks and sees what their last holders committed
  const done = await client.query<Done>({
    name: 'kit.requests.done',
    text: `select r.client, r.key, r.route, r.body_hash as "bodyHash", r.result from kit.requests r
           join (select distinct client, key from unnest($1::text[], $2::text[]) as asked (client, key)) asked using (client, key)`,
    values: keys,
  })
  const doneById = new Map(done.rows.map((row) => [idOf(row), row]))
  const firstById = new Map<string, number>()
  return causes.map((cause, place): RequestAdmission => {
    const before = doneById.get(idOf(cause))
    if (before) return isSame(before, cause) ? { as: 'done', result: before.result ?? undefined } : { as: 'refused', problem: reused() }
    if (!locks.rows[place]?.locked) return { as: 'refused', problem: inProgress() }
    const first = firstById.get(idOf(cause))
    if (first === undefined) {
      firstById.set(idOf(cause), place)
      return { as: 'fresh' }
    }
    const twin = causes[first]
    return twin && isSame(twin, cause) ? { as: 'twin', of: first } : { as: 'refused', problem: reused() }
  })
}

/** Last step: keeps the answers, in the transaction of the work they answer. */
export async function keepResults(
  client: PoolClient,
  answered: readonly { readonly cause: RequestCause; readonly result: unknown }[],
): Promise<void> {
  if (answered.length === 0) return
  await client.query({
    name: 'kit.requests.keep',
    text: `insert into kit.requests (client, key, route, body_hash, result)
           select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::json[])`,
    values: [
      answered.map(({ cause }) => cause.client),
      answered.map(({ cause }) => cause.key),
      answered.map(({ cause }) => cause.route),
      answered.map(({ cause }) => cause.bodyHash),
      answered.map(({ result }) => (result === undefined ? null : JSON.stringify(result))),
    ],
  })
}

/** How long an answer can be repeated. Later only natural keys protect (reliability.md section 4). */
export const ANSWERS_KEPT_DAYS = 30
