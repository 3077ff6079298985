import { allTopics, consumers, eventOfType, RepublishAsked, type ServiceName } from '@waybill/contracts'
import { NAMED_MAX, type Rule, type Violation } from '../rule.js'
import type { TopicRecord, World } from '../world.js'

/** Every service with a journal. */
export const writers: readonly ServiceName[] = ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console']
const sequenced = new Set(allTopics.filter((topic) => topic.sequenced).map(({ name }) => name))

const onAll = async (check: (service: ServiceName) => Promise<readonly Violation[]>): Promise<readonly Violation[]> => (await Promise.all(writers.map(check))).flat()

/** G12, in the journals: nothing missing between a subject's oldest kept fact and its newest. */
export const journalGapFree: Rule = {
  id: 'G12',
  promise: 'The facts of a subject are numbered without a gap, in the journal',
  settles: false,
  check: (world) =>
    onAll(async (service) => {
      const rows = await world.query<{ topic: string; subject: string; facts: string; first: string; last: string }>(
        service,
        `SELECT topic, subject, count(DISTINCT sequence) AS facts, min(sequence) AS first, max(sequence) AS last FROM messaging.journal WHERE sequence IS NOT NULL
         GROUP BY topic, subject HAVING count(*) <> max(sequence) - min(sequence) + 1 OR count(DISTINCT sequence) <> count(*) LIMIT ${NAMED_MAX}`,
      )
      return rows.map((row) => ({ subject: `${service}: ${row.topic} ${row.subject}`, what: `${row.facts} fact(s) numbered ${row.first} to ${row.last}` }))
    }),
}

/** G12, on the topics: in order by first appearance, to the end of the journal; and every compacted key shows its owner's latest. */
export const topicsInOrder: Rule = {
  id: 'G12',
  promise: 'What the journals tell lies on its topic, without a gap and in order; the last of a compacted key is its owner\'s row',
  settles: true,
  async check(world) {
    // journals first: what is committed while the topics are read is not missed
    const told = await toldByJournals(world)
    const records = await world.records()
    return [...outOfOrder(records), ...notSent(told, records), ...(await staleCompacted(world, records))].slice(0, NAMED_MAX)
  },
}

/** Topics forget after 7 days, a record at a time; journals a day at a time. */
const ON_TOPIC_DAYS = 6

/** How far a journal tells of a subject. */
export interface Told {
  readonly service: ServiceName
  readonly topic: string
  readonly subject: string
  readonly sequence: string
}

/** How far the journals tell of each subject, as far as topics still hold it. */
export async function toldByJournals(world: World): Promise<readonly Told[]> {
  const told = await Promise.all(
    writers.map(async (service) => {
      const rows = await world.query<Omit<Told, 'service'>>(
        service,
        `SELECT topic, subject, max(sequence) AS sequence FROM messaging.journal WHERE sequence IS NOT NULL AND created_at > now() - interval '${ON_TOPIC_DAYS} days' GROUP BY topic, subject`,
      )
      // the control topic forgets sooner
      return rows.filter(({ topic }) => sequenced.has(topic)).map((row) => ({ ...row, service }))
    }),
  )
  return told.flat()
}

function notSent(told: readonly Told[], records: readonly TopicRecord[]): Violation[] {
  const last = new Map<string, number>()
  for (const { topic, subject, sequence } of records) {
    const place = `${topic} ${subject}`
    if (sequence !== null) last.set(place, Math.max(sequence, last.get(place) ?? 0))
  }
  return told.flatMap(({ service, topic, subject, sequence }): Violation[] => {
    const sent = last.get(`${topic} ${subject}`) ?? 0
    return sent >= Number(sequence) ? [] : [{ subject: `${topic} ${subject}`, what: `${service} told up to fact ${sequence}, the topic has ${sent === 0 ? 'none' : `up to ${sent}`}` }]
  })
}

function outOfOrder(records: readonly TopicRecord[]): Violation[] {
  const last = new Map<string, number>()
  const violations: Violation[] = []
  for (const { topic, subject, sequence } of records) {
    if (!sequenced.has(topic) || subject === null || sequence === null) continue
    const place = `${topic} ${subject}`
    const before = last.get(place)
    // a repetition is harmless; the oldest may be gone
    if (before === undefined || sequence === before + 1) last.set(place, Math.max(before ?? 0, sequence))
    else if (sequence > before + 1) {
      violations.push({ subject: place, what: `fact ${sequence} follows ${before}` })
      last.set(place, sequence)
    }
  }
  return violations
}

const compacted: readonly { readonly topic: string; readonly service: ServiceName; readonly sql: string }[] = [
  { topic: 'oms.product.v1', service: 'order', sql: 'SELECT number AS key, version FROM products WHERE is_stocked' },
  { topic: 'oms.location.v1', service: 'inventory', sql: 'SELECT location AS key, version FROM location' },
  { topic: 'oms.lane.v1', service: 'shipping', sql: "SELECT location || ':' || country AS key, version FROM lanes" },
]

async function staleCompacted(world: World, records: readonly TopicRecord[]): Promise<Violation[]> {
  const violations: Violation[] = []
  for (const { topic, service, sql } of compacted) {
    const told = new Map(records.filter((record) => record.topic === topic && record.key !== null).map(({ key, version }) => [key, version]))
    for (const { key, version } of await world.query<{ key: string; version: number }>(service, sql)) {
      if (told.get(key) !== version) violations.push({ subject: `${topic} ${key}`, what: `the topic shows version ${told.get(key) ?? 'none'}, ${service} has ${version}` })
    }
  }
  return violations
}

/** G14. */
export const stateHasItsFact: Rule = {
  id: 'G14',
  promise: 'A subject\'s last number is that of its last fact in the journal',
  settles: false,
  check: (world) =>
    onAll(async (service) => {
      // a subject of which nothing is told is only a violation while the journal still has its beginning: else its days may be over
      const rows = await world.query<{ topic: string; subject: string; counted: string | null; told: string | null }>(
        service,
        `WITH told AS (SELECT topic, subject, max(sequence) AS sequence FROM messaging.journal WHERE sequence IS NOT NULL GROUP BY topic, subject)
         SELECT coalesce(s.topic, t.topic) AS topic, coalesce(s.subject, t.subject) AS subject, s.sequence AS counted, t.sequence AS told
         FROM messaging.subjects s FULL JOIN told t ON t.topic = s.topic AND t.subject = s.subject
         WHERE s.sequence IS DISTINCT FROM t.sequence AND (t.sequence IS NOT NULL OR (SELECT min(seq) FROM messaging.journal) = 1) LIMIT ${NAMED_MAX}`,
      )
      return rows.map((row) => ({ subject: `${service}: ${row.topic} ${row.subject}`, what: `counted to ${row.counted ?? 'nothing'}, told to ${row.told ?? 'nothing'}` }))
    }),
}

/** G15. */
export const handledOnce: Rule = {
  id: 'G15',
  promise: 'A group handled an event once, and no two contents came under one event id',
  settles: false,
  check: (world) =>
    onAll(async (service) => {
      const twice = await world.query<{ event_id: string; consumer_group: string; times: string }>(
        service,
        `SELECT event_id, consumer_group, count(*) AS times FROM messaging.inbox GROUP BY 1, 2 HAVING count(*) > 1 LIMIT ${NAMED_MAX}`,
      )
      const conflicts = await world.query<{ event_id: string | null; topic: string }>(
        service,
        `SELECT event_id, topic FROM messaging.quarantine WHERE code = 'event-id-conflict' AND status = 'open' LIMIT ${NAMED_MAX}`,
      )
      return [
        ...twice.map((row) => ({ subject: `${row.consumer_group} event ${row.event_id}`, what: `handled ${row.times} times` })),
        ...conflicts.map((row) => ({ subject: `${service}: ${row.topic} event ${row.event_id ?? '?'}`, what: 'two contents under one event id' })),
      ]
    }),
}

/** G18. */
export const nothingFellThrough: Rule = {
  id: 'G18',
  promise: 'What a group has passed is handled, parked, quarantined, given up by a person or of a type it ignores; nothing is handled and parked',
  settles: true,
  async check(world) {
    const records = await world.records()
    const violations: Violation[] = []
    // one service after the other, so that not all of it is in memory at once
    for (const service of writers) violations.push(...(await astray(world, service, records)))
    return violations
  },
}

/** What is decided is remembered for so long: quarantine rows 30 days, inbox rows 35. Only compacted topics hold older records. */
const REMEMBERED_DAYS = 30
/** Records asked about in one query. */
const CHUNK = 10_000

interface Astray {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly type: string | null
  readonly is_handled: boolean
}

async function astray(world: World, service: ServiceName, records: readonly TopicRecord[]): Promise<readonly Violation[]> {
  const group = `${service}.main`
  const consumer = consumers[group]
  if (!consumer) return []
  const handled = new Set([RepublishAsked, ...consumer.handles].map(({ type }) => type))
  const passed = await world.query<{ topic: string; partition: number; next_offset: string }>(service, 'SELECT topic, partition, next_offset FROM messaging.next_offset WHERE consumer_group = $1', [group])
  const next = new Map(passed.map((row) => [`${row.topic} ${row.partition}`, BigInt(row.next_offset)]))
  const forgottenBefore = Date.now() - REMEMBERED_DAYS * 86_400_000
  const below = records.filter((record) => record.offset < (next.get(`${record.topic} ${record.partition}`) ?? 0n) && madeAt(record) > forgottenBefore)
  const violations: Violation[] = []
  for (let start = 0; start < below.length && violations.length < NAMED_MAX; start += CHUNK) {
    const chunk = below.slice(start, start + CHUNK)
    const rows = await world.query<Astray>(service, ASTRAY, [
      group,
      chunk.map(({ topic }) => topic),
      chunk.map(({ partition }) => partition),
      chunk.map(({ offset }) => offset.toString()),
      chunk.map(({ type }) => type),
      chunk.map(({ eventId }) => (eventId !== null && UUID.test(eventId) ? eventId : null)),
      chunk.map((record) => isIgnored(record, handled)),
    ])
    violations.push(
      ...rows.map((row) => ({
        subject: `${group} ${row.topic} ${row.partition} ${row.offset}`,
        what: `${row.type ?? 'a record without a type'} is ${row.is_handled ? 'handled and parked' : 'nowhere'}`,
      })),
    )
  }
  return violations
}

// Quarantine by place, or by event: what lies there already and comes once more is not stored again.
const ASTRAY = `
  SELECT * FROM (
    SELECT r.topic, r.partition, r."offset", r.type, r.is_ignored,
      EXISTS (SELECT FROM messaging.inbox i WHERE i.event_id = r.event_id AND i.consumer_group = $1) AS is_handled,
      EXISTS (SELECT FROM messaging.parked_message p WHERE p.event_id = r.event_id AND p.consumer_group = $1 AND p.status = 'waiting') AS is_parked,
      EXISTS (SELECT FROM messaging.parked_message p WHERE p.event_id = r.event_id AND p.consumer_group = $1 AND p.status = 'skipped') AS is_skipped,
      EXISTS (SELECT FROM messaging.quarantine q WHERE q.consumer_group = $1 AND q.topic = r.topic AND q.partition = r.partition AND q."offset" = r."offset")
        OR EXISTS (SELECT FROM messaging.quarantine q WHERE q.consumer_group = $1 AND q.event_id = r.event_id) AS is_quarantined
    FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::text[], $6::uuid[], $7::boolean[]) AS r (topic, partition, "offset", type, event_id, is_ignored)) AS whereabouts
  WHERE is_handled AND is_parked OR NOT (is_handled OR is_parked OR is_skipped OR is_quarantined OR is_ignored) LIMIT ${NAMED_MAX}`

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** By the time in a uuid v7; what has another id is taken as young. Unit: ms. */
export const madeAt = ({ eventId }: TopicRecord): number => (eventId?.[14] === '7' ? Number.parseInt(eventId.slice(0, 8) + eventId.slice(9, 13), 16) : Date.now())

/** Known to this build, and no work for this group: another type, or the end of a compacted key. */
function isIgnored({ topic, type, isEmpty }: TopicRecord, handled: ReadonlySet<string>): boolean {
  const event = type === null ? undefined : eventOfType(type)
  return event !== undefined && event.topic.name === topic && (!handled.has(event.type) || (isEmpty && event.topic.retentionDays === null))
}
