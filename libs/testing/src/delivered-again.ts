import { isDeepStrictEqual } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { WatermarkSet, type EventDefinition } from '@waybill/contracts'
import pg from 'pg'
import { eventually } from './eventually.js'
import type { Namespace, StartedService } from './namespace.js'
import { request } from './request.js'
import type { FactToPublish } from './topics-of-test.js'

/** Every row that a service keeps, as text, by table. */
export type KeptRows = Readonly<Record<string, readonly string[]>>

/** How far reading and publishing have got changes with every copy, and so does the lease of a timer: none is an effect. */
const notAnEffect = new Set(['messaging.next_offset', 'messaging.relay', 'messaging.watermark', 'messaging.watermark_met'])
const columnsOfEffect: Readonly<Record<string, string>> = { 'kit.timers': '(kind, subject, due_at, payload)' }
/** What a service says from time to time by itself, answers to nothing. */
const rowsOfEffect: Readonly<Record<string, string>> = {
  'messaging.journal': `WHERE type <> '${WatermarkSet.type}'`,
  'messaging.subjects': `WHERE topic <> '${WatermarkSet.topic.name}'`,
}

/** Unit: ms. A service is at rest when nothing is due and nothing it keeps has changed for so long. */
const restMs = 150
const withinMs = 20_000

async function connected<R>(database: string, work: (client: pg.Client) => Promise<R>): Promise<R> {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  return work(client).finally(() => client.end())
}

/** A timer whose time has come is work that is still to be done: a label to buy, a letter to send. */
const isSomethingDue = (database: string): Promise<boolean> =>
  connected(database, async (client) => ((await client.query('SELECT FROM kit.timers WHERE due_at <= clock_timestamp() LIMIT 1')).rowCount ?? 0) > 0)

/** What a service keeps, inbox and journal included, but for how far it has read. */
const keptRows = (database: string): Promise<KeptRows> =>
  connected(database, async (client) => {
    const tables = await client.query<{ name: string }>(
      `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|information_schema)' AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1`,
    )
    const kept: Record<string, readonly string[]> = {}
    for (const { name } of tables.rows.filter((table) => !notAnEffect.has(table.name))) {
      const { rows } = await client.query<{ row: string }>(`SELECT ${columnsOfEffect[name] ?? 't'}::text AS row FROM ${name} t ${rowsOfEffect[name] ?? ''} ORDER BY 1`)
      kept[name] = rows.map(({ row }) => row)
    }
    return kept
  })

/** What it keeps once it no longer changes. */
export async function keptAtRest(database: string): Promise<KeptRows> {
  let last = await keptRows(database)
  return eventually(async () => {
    await pause(restMs)
    const now = await keptRows(database)
    const rests = isDeepStrictEqual(now, last)
    last = now
    if (!rests || (await isSomethingDue(database))) throw new Error('It does not come to rest')
    return now
  }, withinMs)
}

/** Without what admitting a message writes: what is left changes only where it had an effect. */
export const effectsIn = (kept: KeptRows): KeptRows => Object.fromEntries(Object.entries(kept).filter(([table]) => !/^messaging\.(inbox|consumed_sequence)$/.test(table)))

/** How many messages of each type the replicas have taken so far, by what became of them: 'fresh', 'seen', ... */
export async function taken(replicas: readonly StartedService[], outcome: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const { url } of replicas) {
    const { body } = await request(url).get('/metrics')
    for (const line of String(body).split('\n').filter((each) => each.startsWith('waybill_consumed_total{') && each.includes(`outcome="${outcome}"`))) {
      const type = /type="([^"]+)"/.exec(line)?.[1] ?? ''
      counts.set(type, (counts.get(type) ?? 0) + Number(line.split(' ').at(-1)))
    }
  }
  return counts
}

/** What a service kept before a fact, after its first delivery, and after more of the very same. */
export interface DeliveredAgain {
  readonly before: KeptRows
  readonly once: KeptRows
  readonly again: KeptRows
}

/**
 * Publishes a fact, lets its effect come to rest, then sends the very same message again: once by itself, and three times at once
 * over the partitions of all replicas. The replicas share one database.
 */
export async function deliverAgain<P>(ns: Namespace, replicas: readonly [StartedService, ...StartedService[]], event: EventDefinition<P>, fact: FactToPublish<P>): Promise<DeliveredAgain> {
  const { database } = replicas[0]
  const countOf = async (outcome: string) => (await taken(replicas, outcome)).get(event.type) ?? 0
  const reached = (outcome: string, count: number) =>
    eventually(async () => {
      const found = await countOf(outcome)
      if (found < count) throw new Error(`${found} of ${count} ${event.type} were ${outcome}`)
    }, withinMs)
  const [fresh, seen] = [await countOf('fresh'), await countOf('seen')]
  const before = await keptAtRest(database)
  const eventId = await ns.publish(event, fact)
  await reached('fresh', fresh + 1)
  const once = await keptAtRest(database)
  await ns.publishAgain(eventId)
  await ns.publishAgain(eventId, 3)
  await reached('seen', seen + 4)
  return { before, once, again: await keptAtRest(database) }
}
