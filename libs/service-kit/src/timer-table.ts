import type { JsonObject, TimerCause } from '@waybill/kernel'
import { randomUUID } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import { currentTraceparent } from './scope.js'
import type { Due } from './timers.js'
import type { Timer } from './unit-of-work.js'

/** How long a claimed timer belongs to its runner; renewed while the handler runs. */
export const LEASE_SECONDS = 30
/** A failed timer comes back after 1 s, then twice as late each time, at most this late: nothing rests for longer than a minute once what was in its way is gone. */
const BACKOFF_MAX_SECONDS = 30

/** What a transaction did to one timer: set it, or cancelled it (null). The last word per (kind, subject) counts. */
export type TimerChange = { readonly kind: string; readonly subject: string; readonly timer: Timer | null }

const byKey = (one: { kind: string; subject: string }, other: { kind: string; subject: string }): number =>
  one.kind === other.kind ? (one.subject < other.subject ? -1 : 1) : one.kind < other.kind ? -1 : 1

const keysOf = (causes: readonly TimerCause[]): unknown[] => [
  causes.map(({ timer }) => timer),
  causes.map(({ subject }) => subject),
  causes.map(({ token }) => token),
]

/** Another transaction set or cancelled a timer while this one worked on it. With SQLSTATE 40001, as PostgreSQL would say it: the same again finds it out. */
class TimersChanged extends Error {
  readonly code = '40001'
}

/**
 * True for each timer that is still the one claimed. Locks nothing: whoever changes an order locks the order first and its timers last,
 * and a timer's own work that held them from the beginning would stand in the way of all those, and they in its.
 */
export async function stillSet(client: PoolClient, causes: readonly TimerCause[]): Promise<readonly boolean[]> {
  const { rows } = await client.query<{ token: string }>({
    name: 'kit.timers.still-set',
    text: `select t.token from kit.timers t join unnest($1::text[], $2::text[], $3::uuid[]) as claimed (kind, subject, token)
           on t.kind = claimed.kind and t.subject = claimed.subject and t.token = claimed.token`,
    values: keysOf(causes),
  })
  const found = new Set(rows.map(({ token }) => token))
  // once per token, should a batch name it twice
  return causes.map(({ token }) => found.delete(token))
}

/** Consumes the timers at the end of their work. Throws: if one of them is not the one any more that the work was done for. */
export async function consumeTimers(client: PoolClient, causes: readonly TimerCause[]): Promise<void> {
  if (causes.length === 0) return
  const sorted = [...causes].map((cause) => ({ cause, kind: cause.timer, subject: cause.subject })).sort(byKey)
  const { rowCount } = await client.query({
    name: 'kit.timers.consume',
    text: `delete from kit.timers t using unnest($1::text[], $2::text[], $3::uuid[]) as claimed (kind, subject, token)
           where t.kind = claimed.kind and t.subject = claimed.subject and t.token = claimed.token`,
    values: keysOf(sorted.map(({ cause }) => cause)),
  })
  if (rowCount !== causes.length) throw new TimersChanged('a timer was set anew or cancelled while its work was done')
}

/** Writes what a transaction did to its timers: one statement for those set, one for those cancelled, in one lock order. */
export async function writeTimers(client: PoolClient, changes: readonly TimerChange[]): Promise<void> {
  const last = new Map(changes.map((change) => [`${change.kind}\n${change.subject}`, change]))
  const sorted = [...last.values()].sort(byKey)
  const set = sorted.flatMap(({ timer }) => timer ?? [])
  const cancelled = sorted.filter(({ timer }) => timer === null)
  const traceparent = currentTraceparent()
  if (set.length > 0)
    await client.query({
      name: 'kit.timers.set',
      text: `insert into kit.timers (kind, subject, token, due_at, next_at, payload, correlation_id, traceparent)
             select kind, subject, token, due_at, due_at, payload, correlation_id, traceparent
             from unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::jsonb[], $6::text[], $7::text[])
               as t (kind, subject, token, due_at, payload, correlation_id, traceparent)
             on conflict (kind, subject) do update set token = excluded.token, due_at = excluded.due_at, next_at = excluded.next_at,
               payload = excluded.payload, correlation_id = excluded.correlation_id, traceparent = excluded.traceparent,
               attempt = 0, last_error = null`,
      values: [
        set.map(({ kind }) => kind),
        set.map(({ subject }) => subject),
        set.map(() => randomUUID()),
        set.map(({ dueAt }) => dueAt.toISOString()),
        set.map(({ payload }) => JSON.stringify(payload ?? {})),
        set.map(({ correlationId }) => correlationId ?? null),
        set.map(() => traceparent),
      ],
    })
  if (cancelled.length > 0)
    await client.query({
      name: 'kit.timers.cancel',
      text: `delete from kit.timers t using unnest($1::text[], $2::text[]) as gone (kind, subject)
             where t.kind = gone.kind and t.subject = gone.subject`,
      values: [cancelled.map(({ kind }) => kind), cancelled.map(({ subject }) => subject)],
    })
}

interface ClaimedRow {
  readonly kind: string
  readonly subject: string
  readonly token: string
  readonly dueAt: Date
  readonly payload: JsonObject
  readonly correlationId: string | null
  readonly traceparent: string | null
  readonly attempt: number
}

export interface Claimed {
  readonly kind: string
  readonly due: Due
}

/** Claims due timers, the longest overdue first, at most so many of each kind. Runners side by side get different ones. */
export async function claimTimers(pool: Pool, room: ReadonlyMap<string, number>): Promise<readonly Claimed[]> {
  const { rows } = await pool.query<ClaimedRow>({
    name: 'kit.timers.claim',
    text: `with due as (
             select t.kind, t.subject from unnest($1::text[], $2::int[]) as room (kind, most)
             cross join lateral (
               select kind, subject from kit.timers
               where kind = room.kind and next_at <= clock_timestamp()
               order by next_at limit room.most for update skip locked) t)
           update kit.timers t set attempt = t.attempt + 1, next_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
           from due where t.kind = due.kind and t.subject = due.subject
           returning t.kind, t.subject, t.token, t.due_at as "dueAt", t.payload, t.correlation_id as "correlationId", t.traceparent, t.attempt`,
    values: [[...room.keys()], [...room.values()]],
  })
  return rows
    .sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
    .map(({ kind, subject, token, dueAt, payload, correlationId, traceparent, attempt }) => ({
      kind,
      due: {
        cause: { kind: 'timer', timer: kind, subject, token, correlationId, actor: `timer:${kind}`, traceparent },
        subject,
        payload,
        attempt,
        dueAt,
      },
    }))
}

// Neither waits for a row: who holds it is about to change or consume it, and waiting with others in hand is how transactions block each other.
const MINE = `mine as (
             select t.kind, t.subject from kit.timers t join unnest($1::text[], $2::text[], $3::uuid[]) as claimed (kind, subject, token)
               on t.kind = claimed.kind and t.subject = claimed.subject and t.token = claimed.token
             for update of t skip locked)`

/** Keeps claimed timers from being claimed by others for another lease. */
export async function renewTimers(pool: Pool, causes: readonly TimerCause[]): Promise<void> {
  await pool.query({
    name: 'kit.timers.renew',
    text: `with ${MINE}
           update kit.timers t set next_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
           from mine where t.kind = mine.kind and t.subject = mine.subject`,
    values: keysOf(causes),
  })
}

/** Gives back what the handler left: it comes due again after its back-off, or at once when the runner stops. */
export async function releaseTimers(pool: Pool, causes: readonly TimerCause[], error: string | null, atOnce = false): Promise<void> {
  const wait = atOnce ? '0' : `least(${BACKOFF_MAX_SECONDS}, power(2, least(t.attempt, 20) - 1))`
  await pool.query({
    name: atOnce ? 'kit.timers.return' : 'kit.timers.release',
    text: `with ${MINE}
           update kit.timers t set next_at = clock_timestamp() + make_interval(secs => ${wait}), last_error = $4
           from mine where t.kind = mine.kind and t.subject = mine.subject`,
    values: [...keysOf(causes), error],
  })
}

/** When the next timer of these kinds is to be looked at, in milliseconds from now by the database's clock; undefined if there is none. */
export async function nextTimerInMs(pool: Pool, kinds: readonly string[]): Promise<number | undefined> {
  const { rows } = await pool.query<{ ms: number | null }>({
    name: 'kit.timers.next',
    text: `select extract(epoch from min(t.next_at) - clock_timestamp())::float8 * 1000 as ms
           from unnest($1::text[]) as k (kind) cross join lateral (
             select next_at from kit.timers where kind = k.kind order by next_at limit 1) t`,
    values: [kinds],
  })
  return rows[0]?.ms ?? undefined
}
