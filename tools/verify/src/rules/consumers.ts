import { consumers, topics, type ServiceName } from '@waybill/contracts'
import { NAMED_MAX, type Rule, type Violation } from '../rule.js'
import type { TopicRecord, World } from '../world.js'
import { madeAt, toldByJournals, writers, type Told } from './messages.js'

/** Subjects asked about in one query. */
const CHUNK = 10_000
/** A service with news says how far it has published every 30 s. */
const SILENT_MINUTES = 3
/** A healthy message waits no longer. Source: G17. Unit: ms. */
const HEALTHY_WAIT_MS = 30_000

/** G13. */
export const nobodyBehind: Rule = {
  id: 'G13',
  promise: 'Services say how far they have published, and nobody who has read all of a topic is behind it',
  settles: true,
  async check(world) {
    const told = await toldByJournals(world)
    const records = await world.records()
    const behind: Violation[] = []
    for (const service of writers) behind.push(...(await silent(world, service)), ...(await behindOf(world, service, told, records)))
    return behind
  },
}

async function silent(world: World, service: ServiceName): Promise<readonly Violation[]> {
  const rows = await world.query(
    service,
    `SELECT FROM messaging.watermark w
     WHERE EXISTS (SELECT FROM messaging.journal j WHERE j.sequence IS NOT NULL AND j.topic <> $1 AND j.created_at > greatest(w.looked_at, now() - interval '7 days')
       AND j.created_at < now() - interval '${SILENT_MINUTES} minutes')`,
    [topics.control.name],
  )
  return rows.map(() => ({ subject: `${service}: watermark`, what: `facts older than ${SILENT_MINUTES} minutes, and no watermark since` }))
}

async function behindOf(world: World, service: ServiceName, told: readonly Told[], records: readonly TopicRecord[]): Promise<readonly Violation[]> {
  const group = `${service}.main`
  const next = await nextOffsets(world, service)
  const read = new Set([...subscribedBy(group)].filter((topic) => hasReadAll(topic, next, records)))
  const marks = told.filter(({ topic }) => read.has(topic))
  const violations: Violation[] = []
  for (let start = 0; start < marks.length && violations.length < NAMED_MAX; start += CHUNK) {
    const chunk = marks.slice(start, start + CHUNK)
    const rows = await world.query<{ topic: string; subject: string; last: string; had: string }>(service, BEHIND, [group, chunk.map(({ topic }) => topic), chunk.map(({ subject }) => subject), chunk.map(({ sequence }) => sequence)])
    violations.push(...rows.map(({ topic, subject, last, had }) => ({ subject: `${group} ${topic} ${subject}`, what: `has read everything, and has fact ${had} of ${last}` })))
  }
  return violations
}

// What waits in parking has arrived all the same.
const BEHIND = `
  SELECT m.topic, m.subject, m.last, greatest(c.sequence, p.last, 0) AS had
  FROM unnest($2::text[], $3::text[], $4::bigint[]) AS m (topic, subject, last)
  LEFT JOIN messaging.consumed_sequence c ON c.consumer_group = $1 AND c.topic = m.topic AND c.subject = m.subject
  LEFT JOIN (SELECT topic, subject, max(sequence) AS last FROM messaging.parked_message WHERE consumer_group = $1 AND status = 'waiting' GROUP BY topic, subject) p
    ON p.topic = m.topic AND p.subject = m.subject
  WHERE greatest(c.sequence, p.last, 0) < m.last LIMIT ${NAMED_MAX}`

/** G17. */
export const healthyKeysGoOn: Rule = {
  id: 'G17',
  promise: 'What waits behind a poison message is of its key; every other record is read within 30 s',
  settles: true,
  async check(world) {
    const records = await world.records()
    const waiting: Violation[] = []
    for (const service of writers) waiting.push(...(await strayInParking(world, service)), ...(await unread(world, service, records)))
    return waiting
  },
}

async function strayInParking(world: World, service: ServiceName): Promise<readonly Violation[]> {
  const rows = await world.query<{ consumer_group: string; topic: string; key: string; what: string }>(
    service,
    `SELECT m.consumer_group, m.topic, m.key, 'waits in parking, and its key is not parked' AS what FROM messaging.parked_message m
     WHERE m.status = 'waiting' AND NOT EXISTS (SELECT FROM messaging.parked_key k WHERE (k.consumer_group, k.topic, k.key) = (m.consumer_group, m.topic, m.key))
     UNION SELECT k.consumer_group, k.topic, k.key, 'is parked, and nothing of it waits' FROM messaging.parked_key k
     WHERE NOT EXISTS (SELECT FROM messaging.parked_message m WHERE m.status = 'waiting' AND (k.consumer_group, k.topic, k.key) = (m.consumer_group, m.topic, m.key)) LIMIT ${NAMED_MAX}`,
  )
  return rows.map(({ consumer_group, topic, key, what }) => ({ subject: `${consumer_group} ${topic} key ${key}`, what }))
}

async function unread(world: World, service: ServiceName, records: readonly TopicRecord[]): Promise<readonly Violation[]> {
  const group = `${service}.main`
  const subscribed = subscribedBy(group)
  const next = await nextOffsets(world, service)
  const before = Date.now() - HEALTHY_WAIT_MS
  const late = records.filter((record) => subscribed.has(record.topic) && isUnread(record, next) && madeAt(record) < before)
  return late.slice(0, NAMED_MAX).map(({ topic, partition, offset }) => ({ subject: `${group} ${topic} ${partition} ${offset}`, what: `is not read after ${HEALTHY_WAIT_MS / 1_000} s` }))
}

const subscribedBy = (group: string): ReadonlySet<string> => new Set((consumers[group]?.handles ?? []).map(({ topic }) => topic.name))

async function nextOffsets(world: World, service: ServiceName): Promise<ReadonlyMap<string, bigint>> {
  const rows = await world.query<{ topic: string; partition: number; next_offset: string }>(service, 'SELECT topic, partition, next_offset FROM messaging.next_offset WHERE consumer_group = $1', [`${service}.main`])
  return new Map(rows.map(({ topic, partition, next_offset }) => [`${topic} ${partition}`, BigInt(next_offset)]))
}

/** A partition of which nothing was ever read has no next offset: who has just begun is not late. */
const isUnread = ({ topic, partition, offset }: TopicRecord, next: ReadonlyMap<string, bigint>): boolean => {
  const reached = next.get(`${topic} ${partition}`)
  return reached !== undefined && offset >= reached
}

const hasReadAll = (topic: string, next: ReadonlyMap<string, bigint>, records: readonly TopicRecord[]): boolean =>
  [...next.keys()].some((place) => place.startsWith(`${topic} `)) && records.every((record) => record.topic !== topic || (next.get(`${topic} ${record.partition}`) ?? 0n) > record.offset)
