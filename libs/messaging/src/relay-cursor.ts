import type { Headers } from './envelope.js'
import type { SqlClient } from './platform.js'

/** One journal row as the relay sends it. */
export interface JournalRow {
  readonly seq: number
  readonly topic: string
  readonly key: string
  readonly subject: string
  readonly headers: Headers
  readonly payload: Buffer
  readonly createdAt: Date
}

/**
 * How far publishing got. Every committed row is visible in exactly one step from `prev` to the next snapshot, whatever its
 * number, so rows of late committers are never passed over. `target` and `lastSeq`: in the middle of a step larger than one read.
 * `floor`: rows of transactions younger than `prev` have higher numbers than this, so a read does not walk the whole journal.
 */
export interface Position {
  readonly prev: string
  readonly target: string | null
  readonly lastSeq: number
  readonly floor: number
}

export interface CursorRead {
  readonly rows: readonly JournalRow[]
  /** Where to go on once the rows are on their topics. */
  readonly next: Position
  /** Highest number drawn when the read began. */
  readonly drawn: number
}

export interface Lease {
  readonly epoch: number
  readonly position: Position
  /** Did the holder before give it back itself? If not, it may be asleep with a send under way. */
  readonly givenBack: boolean
}

export const LEASE_MS = 15_000

// OFFSET 0 keeps the planner from walking the whole journal for the second branch: with it, 3 ms instead of 120 after 175,000 rows.
const READ = `
  WITH t AS MATERIALIZED (SELECT coalesce($2::pg_snapshot, pg_current_snapshot()) AS s, (SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM messaging.journal_seq) AS drawn)
  SELECT o.seq, o.topic, o.key, o.subject, o.headers, o.payload, o.created_at, t.s::text AS snapshot, t.drawn
  FROM t LEFT JOIN LATERAL (
    (SELECT seq, topic, key, subject, headers, payload, created_at FROM messaging.journal
      WHERE seq > greatest($3::bigint, $5::bigint) AND xid >= pg_snapshot_xmax($1::pg_snapshot) AND pg_visible_in_snapshot(xid, t.s)
      ORDER BY seq LIMIT $4)
    UNION ALL
    (SELECT z.seq, z.topic, z.key, z.subject, z.headers, z.payload, z.created_at
      FROM pg_snapshot_xip($1::pg_snapshot) AS x CROSS JOIN LATERAL (SELECT * FROM messaging.journal WHERE xid = x OFFSET 0) AS z
      WHERE z.seq > $3 AND pg_visible_in_snapshot(z.xid, t.s))
    ORDER BY seq LIMIT $4
  ) AS o ON true
  ORDER BY o.seq`

const ACQUIRE = `
  WITH before AS (SELECT holder FROM messaging.relay FOR UPDATE)
  UPDATE messaging.relay SET holder = $1, epoch = epoch + 1, expires_at = clock_timestamp() + make_interval(secs => $2)
  FROM before WHERE expires_at < clock_timestamp() OR relay.holder = $1
  RETURNING epoch, prev::text, target::text, last_seq, floor_seq, before.holder IS NULL AS given_back`

const CONFIRM = `
  UPDATE messaging.relay SET prev = $2, target = $3, last_seq = $4, floor_seq = $5, sent_seq = greatest(sent_seq, $6), expires_at = clock_timestamp() + make_interval(secs => $7)
  WHERE epoch = $1 AND holder IS NOT NULL RETURNING pg_current_xact_id()::text AS burned`

const RENEW = `UPDATE messaging.relay SET expires_at = clock_timestamp() + make_interval(secs => $2) WHERE epoch = $1 AND holder IS NOT NULL`
const GIVE_BACK = `UPDATE messaging.relay SET expires_at = '-infinity', holder = CASE WHEN $2 THEN holder END WHERE epoch = $1`

/** Takes the lease if nobody holds it, or held it and let it run out. */
export async function acquireLease(client: SqlClient, holder: string, leaseMs = LEASE_MS): Promise<Lease | undefined> {
  const { rows } = await client.query<{ epoch: string; prev: string; target: string | null; last_seq: string; floor_seq: string; given_back: boolean }>({
    name: 'messaging.relay.acquire',
    text: ACQUIRE,
    values: [holder, leaseMs / 1000],
  })
  const row = rows[0]
  if (!row) return undefined
  const position = { prev: row.prev, target: row.target, lastSeq: Number(row.last_seq), floor: Number(row.floor_seq) }
  return { epoch: Number(row.epoch), position, givenBack: row.given_back }
}

/** False: somebody else holds the lease now. */
export async function renewLease(client: SqlClient, epoch: number, leaseMs = LEASE_MS): Promise<boolean> {
  const { rowCount } = await client.query({ name: 'messaging.relay.renew', text: RENEW, values: [epoch, leaseMs / 1000] })
  return rowCount === 1
}

/** Where a send may still land, the successor is told: it finds a holder, as of a lease that ran out. */
export async function giveLeaseBack(client: SqlClient, epoch: number, hasSendUnderWay: boolean): Promise<void> {
  await client.query({ name: 'messaging.relay.give-back', text: GIVE_BACK, values: [epoch, hasSendUnderWay] })
}

interface Floor {
  readonly drawn: number
  readonly burned: bigint
}

/**
 * Reads the journal in commit order per subject. Every read is followed by a confirm before the read after the next;
 * one read may run ahead. Source: research/02 section 1.3, whose traps are tests of this file.
 */
export class JournalCursor {
  /**
   * A number drawn before a transaction id was burned is a floor for every snapshot that lies behind that id. Without the burn,
   * transactions running at the time are neither in the snapshot's list nor below its end, and 30 % of rows were lost in the trial.
   */
  private floors: Floor[] = []

  constructor(
    private readonly client: SqlClient,
    private readonly epoch: number,
    private readonly leaseMs = LEASE_MS,
  ) {}

  async read(position: Position, limit: number): Promise<CursorRead> {
    const { prev, target, lastSeq, floor } = position
    const { rows } = await this.client.query<RawRow>({ name: 'messaging.relay.read', text: READ, values: [prev, target, lastSeq, limit, floor] })
    const first = rows[0]
    if (!first) throw new Error('the read of the journal returned no snapshot')
    const found = rows.filter((row) => row.seq !== null).map(toJournalRow)
    const last = found.at(-1)
    const next =
      last && found.length === limit
        ? { prev, target: first.snapshot, lastSeq: last.seq, floor }
        : { prev: first.snapshot, target: null, lastSeq: 0, floor: this.floorFor(first.snapshot, floor) }
    return { rows: found, next, drawn: Number(first.drawn) }
  }

  /** Moves the cursor behind what was read, and renews the lease. False: the lease is somebody else's, nothing moved. */
  async confirm(read: CursorRead): Promise<boolean> {
    const { prev, target, lastSeq, floor } = read.next
    const { rows } = await this.client.query<{ burned: string }>({
      name: 'messaging.relay.confirm',
      text: CONFIRM,
      values: [this.epoch, prev, target, lastSeq, floor, read.rows.at(-1)?.seq ?? 0, this.leaseMs / 1000],
    })
    const burned = rows[0]?.burned
    if (burned === undefined) return false
    this.floors = [...this.floors.slice(-3), { drawn: read.drawn, burned: BigInt(burned) }]
    return true
  }

  private floorFor(snapshot: string, before: number): number {
    const end = BigInt(snapshot.split(':')[1] ?? '0')
    return this.floors.reduce((floor, { drawn, burned }) => (burned < end ? Math.max(floor, drawn) : floor), before)
  }
}

interface RawRow {
  readonly seq: string | null
  readonly topic: string
  readonly key: string
  readonly subject: string
  readonly headers: Headers
  readonly payload: Buffer
  readonly created_at: Date
  readonly snapshot: string
  readonly drawn: string
}

const toJournalRow = (row: RawRow): JournalRow => ({
  seq: Number(row.seq),
  topic: row.topic,
  key: row.key,
  subject: row.subject,
  headers: row.headers,
  payload: row.payload,
  createdAt: row.created_at,
})
