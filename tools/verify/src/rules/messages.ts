import { allTopics, consumers, eventOfType, type ServiceName } from '@waybill/contracts'
import { NAMED_MAX, type Rule, type Violation } from '../rule.js'
import type { TopicRecord } from '../world.js'

const writers: readonly ServiceName[] = ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console']
const sequenced = new Map(allTopics.filter((topic) => topic.sequenced).map((topic) => [topic.name, topic]))

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

/** G12, on the topics: in order by first appearance; and every compacted key shows its owner's latest. */
export const topicsInOrder: Rule = {
  id: 'G12',
  promise: 'The facts of a subject lie on their topic without a gap and in order; the last of a compacted key is its owner\'s row',
  settles: true,
  async check(world) {
    const records = await world.records()
    return [...outOfOrder(records), ...(await staleCompacted(world, records))].slice(0, NAMED_MAX)
  },
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

async function staleCompacted(world: Parameters<Rule['check']>[0], records: readonly TopicRecord[]): Promise<Violation[]> {
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
      const rows = await world.query<{ topic: string; subject: string; counted: string | null; told: string | null }>(
        service,
        `WITH told AS (SELECT topic, subject, max(sequence) AS sequence FROM messaging.journal WHERE sequence IS NOT NULL GROUP BY topic, subject)
         SELECT coalesce(s.topic, t.topic) AS topic, coalesce(s.subject, t.subject) AS subject, s.sequence AS counted, t.sequence AS told
         FROM messaging.subjects s FULL JOIN told t ON t.topic = s.topic AND t.subject = s.subject
         WHERE s.sequence IS DISTINCT FROM t.sequence
           AND (t.sequence IS NOT NULL OR NOT EXISTS (SELECT FROM messaging.relay WHERE floor_seq > 0 AND now() - interval '6 days' > (SELECT min(created_at) FROM messaging.journal))) LIMIT ${NAMED_MAX}`,
      )
      return rows.map((row) => ({ subject: `${service}: ${row.topic} ${row.subject}`, what: `counted to ${row.counted ?? 'nothing'}, told to ${row.told ?? 'nothing'}` }))
    }),
}

/** G15. */
export const handledOnce: Rule = {
  id: 'G15',
  promise: 'A group handled an event once, and no two contents under one event id',
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
  promise: 'Every record a group has passed is handled, parked, quarantined or of a type it ignores: exactly one of them',
  settles: true,
  async check(world) {
    const records = await world.records()
    return onAll(async (service) => {
      const group = consumers[`${service}.main`]
      if (!group) return []
      const handled = new Set(group.handles.map(({ type }) => type))
      const offsets = await world.query<{ consumer_group: string; topic: string; partition: number; next_offset: string }>(service, 'SELECT consumer_group, topic, partition, next_offset FROM messaging.next_offset')
      const passed = new Map(offsets.filter(({ consumer_group }) => consumer_group === `${service}.main`).map((row) => [`${row.topic} ${row.partition}`, BigInt(row.next_offset)]))
      const below = records.filter(({ topic, partition, offset }) => offset < (passed.get(`${topic} ${partition}`) ?? 0n))
      const inbox = new Set((await world.query<{ event_id: string }>(service, 'SELECT event_id FROM messaging.inbox WHERE consumer_group = $1', [`${service}.main`])).map(({ event_id }) => event_id))
      const parked = new Set(
        (await world.query<{ event_id: string }>(service, "SELECT event_id FROM messaging.parked_message WHERE consumer_group = $1 AND status = 'waiting'", [`${service}.main`])).map(({ event_id }) => event_id),
      )
      const skipped = new Set(
        (await world.query<{ event_id: string }>(service, "SELECT event_id FROM messaging.parked_message WHERE consumer_group = $1 AND status = 'skipped'", [`${service}.main`])).map(({ event_id }) => event_id),
      )
      const quarantined = new Set(
        (await world.query<{ topic: string; partition: number; offset: string }>(service, 'SELECT topic, partition, "offset" FROM messaging.quarantine WHERE consumer_group = $1', [`${service}.main`])).map(
          (row) => `${row.topic} ${row.partition} ${row.offset}`,
        ),
      )
      return below.flatMap((record): Violation[] => {
        const place = `${record.topic} ${record.partition} ${record.offset}`
        const id = record.eventId ?? ''
        const isIgnored = record.type !== null && !handled.has(record.type) && eventOfType(record.type) !== undefined
        const places = [inbox.has(id) ? 'inbox' : '', parked.has(id) ? 'parked' : '', quarantined.has(place) && !inbox.has(id) ? 'quarantine' : '', isIgnored ? 'ignored' : ''].filter(Boolean)
        if (places.length === 1 || (places.length === 0 && skipped.has(id))) return []
        return [{ subject: `${service}.main ${place}`, what: `${record.type ?? 'a record without a type'} is ${places.length === 0 ? 'nowhere' : `in ${places.join(' and ')}`}` }]
      })
    })
  },
}
