import { randomUUID } from 'node:crypto'
import type { Random } from '@waybill/simulator'
import type { Make, Scene } from '../scene.js'
import type { RecordToSend, TopicRecord } from '../topics.js'

/** Records chosen for copies come from so far back in each partition. */
const RECENT = 50

async function someRecords({ topics }: Scene, random: Random): Promise<{ readonly topic: string; readonly records: readonly TopicRecord[] }> {
  const topic = random.pick(topics.names)
  const records = await topics.read(topic, RECENT)
  if (records.length === 0) throw new Error(`${topic} is empty`)
  return { topic, records }
}

/** F17. */
export const copies: Make = async (scene, _fault, random) => {
  const { topic, records } = await someRecords(scene, random)
  const chosen = Array.from({ length: random.between(1, 5) }, () => random.pick(records))
  const times = random.chance(0.2) ? 100 : random.between(1, 10)
  await scene.topics.send(chosen.flatMap((record) => Array.from({ length: times }, () => record)))
  return `${chosen.length} of ${topic}, ${times} times`
}

/** F17. */
export const replay: Make = async ({ topics }, _fault, random) => {
  const topic = random.pick(topics.names)
  const records = await topics.read(topic)
  if (records.length === 0) throw new Error(`${topic} is empty`)
  await topics.send(records)
  return `${topic}, ${records.length} records`
}

/** F18. The facts of one key come in another order than before, and in another between keys. */
export const replayShuffled: Make = async ({ topics }, _fault, random) => {
  const topic = random.pick(topics.names)
  const records = await topics.read(topic, RECENT * 10)
  if (records.length === 0) throw new Error(`${topic} is empty`)
  const shuffled = records
    .map((record) => ({ record, place: random.next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ record }) => record)
  await topics.send(shuffled)
  return `${topic}, ${records.length} records`
}

/** Tells a record that a run planted from one that we damaged ourselves: this header, or a key that begins so. */
export const PLANTED = 'fault-run'

type Damage = (record: TopicRecord) => Partial<RecordToSend>

/** A stranger under a key of its own, so that no key of ours says something else than before. */
const stranger = (record: TopicRecord, headers: Record<string, string>): Partial<RecordToSend> => {
  const key = `${PLANTED}-${randomUUID()}`
  const fresh = { ...record.headers, ce_id: randomUUID(), ce_subject: key, partitionkey: key, ...headers }
  return { key: Buffer.from(key), headers: fresh }
}

/** F19: what programs with defects, half written files and other systems put on topics. */
const damages: Readonly<Record<string, Damage>> = {
  'half a JSON': (record) => ({ ...stranger(record, {}), value: record.value?.subarray(0, Math.floor(record.value.length / 2)) ?? null }),
  'half a JSON under a known id': (record) => ({ value: record.value?.subarray(0, Math.floor(record.value.length / 2)) ?? null }),
  'no headers': (record) => ({ key: stranger(record, {}).key ?? null, headers: {} }),
  'no key': (record) => ({ ...stranger(record, {}), key: null }),
  'an unknown type': (record) => stranger(record, { ce_type: 'oms.order.exploded.v1' }),
  'a version of tomorrow': (record) => stranger(record, { ce_type: String(record.headers['ce_type'] ?? '').replace(/v\d+$/, 'v99') }),
  'wrong types': (record) => ({ ...stranger(record, {}), value: Buffer.from('{"order":12,"lines":"none"}') }),
  'no value': (record) => ({ ...stranger(record, {}), value: null }),
  'no UTF-8': (record) => ({ ...stranger(record, {}), value: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) }),
  'half a surrogate pair': (record) => ({ ...stranger(record, {}), value: Buffer.from('{"text":"\\ud800"}') }),
  'a header of 100 kB': (record) => stranger(record, { note: 'x'.repeat(100_000), ce_type: 'oms.order.exploded.v1' }),
  'a number for an id': (record) => stranger(record, { ce_id: '17' }),
}

/** F19. */
export const corrupt: Make = async (scene, _fault, random) => {
  const { topic, records } = await someRecords(scene, random)
  const chosen = Array.from({ length: random.between(1, 6) }, () => random.pick(Object.keys(damages)))
  const damaged = chosen.map((name): RecordToSend => {
    const record = random.pick(records)
    const done = { ...record, ...damages[name]?.(record) }
    return Object.keys(done.headers).length === 0 ? done : { ...done, headers: { ...done.headers, [PLANTED]: name } }
  })
  await scene.topics.send(damaged)
  return `${topic}: ${chosen.join(', ')}`
}
