/** What ends a wait: what it is for, and what happens if nobody comes. */
export interface WaitingState {
  readonly waitsFor: string
  /** How long it may take, in words: an operator reads it. */
  readonly within: string
  /** What happens then. */
  readonly then: string
  /** Kinds of the timers that wake it, with the subject of the row. Or it is a person's task from the start, or another service's wait. */
  readonly by: readonly string[] | 'task' | { readonly service: string; readonly wait: string }
}

/** Everything of one kind that can wait in a service, by its status: so that nothing rests for ever, and a program can tell. */
export interface Waits<Status extends string = string> {
  /** In the singular: 'shipment'. */
  readonly what: string
  /** Null: the end, nothing waits there. */
  readonly states: Readonly<Record<Status, WaitingState | null>>
  /** Selects what is in such a state: `subject` (text, as its timers and tasks name it), `status`, `order_id` (uuid or null), `since`. Null: other services' waits end all of it. */
  readonly resting: string | null
}

/** Something that waits and that nothing will move. */
export interface Unwatched {
  readonly subject: string
  readonly status: string
  readonly order_id: string | null
  readonly since: Date
}

/** Time in which a transaction that sets timers may be looked at in its middle. Unit: seconds. */
const GRACE_SECONDS = 60
const NAMED_MAX = 100

/** What waits without a timer of its state and without an open task. Should never be anything. */
export function unwatchedSql({ states, resting }: Waits): { readonly text: string; readonly values: unknown[] } | null {
  if (resting === null) return null
  const watched = Object.entries(states).flatMap(([status, state]) =>
    state === null ? [] : Array.isArray(state.by) ? (state.by as readonly string[]).map((kind) => ({ status, kind })) : state.by === 'task' ? [{ status, kind: '' }] : [],
  )
  return {
    text: `WITH resting AS MATERIALIZED (${resting}), watch AS (SELECT * FROM unnest($1::text[], $2::text[]) AS w (status, kind))
      SELECT r.subject, r.status, r.order_id, r.since FROM resting r
      WHERE r.since < clock_timestamp() - make_interval(secs => ${GRACE_SECONDS}) AND r.status IN (SELECT status FROM watch)
        AND NOT EXISTS (SELECT FROM watch w JOIN kit.timers t ON t.kind = w.kind WHERE w.status = r.status AND t.subject = r.subject)
        AND NOT EXISTS (SELECT FROM kit.tasks t WHERE t.closed_at IS NULL AND (t.subject = r.subject OR t.order_id = r.order_id))
      ORDER BY r.since LIMIT ${NAMED_MAX}`,
    values: [watched.map(({ status }) => status), watched.map(({ kind }) => kind)],
  }
}
