import { consumers, type ServiceName } from '@waybill/contracts'
import type { Api } from '@waybill/local'
import type { LiveWorld } from '@waybill/verify'
import { PLANTED } from './kinds/records.js'
import { allServices } from './scene.js'

/** What the run looks at itself, beside `verify`. */
export interface Counts {
  /** Accepted by us, as a sender remembers it, and not there. */
  readonly lost: readonly string[]
  /** There more than once, or without any sender. */
  readonly doubled: readonly string[]
  /** Units promised or sent that were not there. */
  readonly oversold: readonly string[]
  /** More taken from a customer than the order costs, or twice under one key. */
  readonly doubleCharged: readonly string[]
}

export async function countsOf(world: LiveWorld): Promise<Counts> {
  const sent = await world.sentOrders()
  const there = await world.query<{ id: string; channel: string; reference: string; total: string | null }>('order', 'SELECT id, channel, reference, total_minor AS total FROM orders')
  const ids = new Set(there.map(({ id }) => id))
  const senders = new Set(sent.map(({ channel, reference }) => `${channel} ${reference}`))
  const times = Map.groupBy(there, ({ channel, reference }) => `${channel} ${reference}`)
  const oversold = await world.query<{ product: string; location: string }>('inventory', 'SELECT product, location FROM stock_level WHERE on_hand < 0 OR blocked < 0 OR reserved < 0 OR reserved > on_hand - blocked')
  return {
    lost: sent.filter(({ order }) => !ids.has(order)).map(({ channel, reference }) => `${channel} ${reference}`),
    doubled: [...times].flatMap(([reference, rows]) => (rows.length > 1 || !senders.has(reference) ? [`${reference}: ${rows.length} times`] : [])),
    oversold: oversold.map(({ product, location }) => `${product} at ${location}`),
    doubleCharged: await doubleCharged(world, new Map(there.map(({ id, total }) => [id, Number(total ?? 0)]))),
  }
}

/** By the provider's own ledger: what it took per order, and what it did twice under one key. */
async function doubleCharged(world: LiveWorld, totals: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const operations = (await world.providerOperations()).filter(({ status }) => status === 'succeeded')
  const intents = await world.query<{ id: string; order_id: string }>('order', 'SELECT id, order_id FROM payment_operations')
  const orderOf = new Map(intents.map(({ id, order_id: order }) => [id, order]))
  const captured = new Map<string, number>()
  for (const { key, kind, amountMinor } of operations) {
    const order = orderOf.get(key) ?? `nobody's (${key})`
    if (kind === 'capture') captured.set(order, (captured.get(order) ?? 0) + amountMinor)
  }
  const twice = [...Map.groupBy(operations, ({ key }) => key)].filter(([, done]) => done.length > 1)
  return [
    ...[...captured].flatMap(([order, amount]) => (amount > (totals.get(order) ?? 0) ? [`order ${order}: ${amount} of ${totals.get(order) ?? 0}`] : [])),
    ...twice.map(([key, done]) => `key ${key}: ${done.length} times`),
  ]
}

/** Where goods wait for the hands of people, who take one thing after the other: a queue there is no standstill, and that it ends is seen at rest. */
const ON_THE_FLOOR = ['PLANNED', 'IN_WAVE', 'PICKING', 'PICKED', 'PACKING', 'LABELLED'] as const

/** A group that has handled something within so long is at work on its queue. Unit: ms. */
const AT_WORK_MS = 10_000

/** Orders that have not ended, that wait for nobody's hands nor in the queue of a service at work, and of which nothing was told for so long. */
export async function stuckOrders(world: LiveWorld, silentMs: number): Promise<readonly string[]> {
  const open = await world.query<{ id: string; status: string }>('order', `SELECT id, status FROM orders WHERE status IN ('PLACED', 'CONFIRMED')`)
  if (open.length === 0) return []
  const heard = new Set<string>()
  for (const service of allServices) {
    const rows = await world.query<{ key: string }>(service, `SELECT DISTINCT key FROM messaging.journal WHERE key = ANY($1::text[]) AND created_at > clock_timestamp() - $2 * interval '1 ms'`, [open.map(({ id }) => id), silentMs])
    for (const { key } of rows) heard.add(key)
  }
  const onTheFloor = await world.query<{ order_id: string }>('warehouse', 'SELECT DISTINCT order_id FROM fulfillments WHERE status = ANY($1::text[])', [ON_THE_FLOOR])
  for (const { order_id: order } of onTheFloor) heard.add(order)
  const silent = open.filter(({ id }) => !heard.has(id))
  const queued = await queuedKeys(world, silent.map(({ id }) => id))
  return silent.filter(({ id }) => !queued.has(id)).map(({ id, status }) => `${id} (${status})`)
}

/** Keys of which a group has something left to handle, while it handles others: a machine that has more to do than it can, which is no stuck order. */
async function queuedKeys(world: LiveWorld, keys: readonly string[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set()
  const told: { readonly key: string; readonly id: string; readonly type: string }[] = []
  for (const service of allServices) told.push(...(await world.query<{ key: string; id: string; type: string }>(service, 'SELECT key, event_id AS id, type FROM messaging.journal WHERE key = ANY($1::text[])', [keys])))
  const queued = new Set<string>()
  for (const [group, { service, handles }] of Object.entries(consumers)) {
    const types = new Set(handles.map(({ type }) => type))
    const due = told.filter(({ type }) => types.has(type))
    const handled = await world.query<{ id: string }>(service, 'SELECT event_id AS id FROM messaging.inbox WHERE consumer_group = $1 AND event_id = ANY($2::uuid[])', [group, due.map(({ id }) => id)])
    const done = new Set(handled.map(({ id }) => id))
    const left = due.filter(({ id }) => !done.has(id))
    if (left.length === 0) continue
    const atWork = await world.query(service, `SELECT FROM messaging.inbox WHERE consumer_group = $1 AND handled_at > clock_timestamp() - $2 * interval '1 ms' LIMIT 1`, [group, AT_WORK_MS])
    if (atWork.length > 0) for (const { key } of left) queued.add(key)
  }
  return queued
}

interface Waiting {
  readonly topic: string
  readonly key: string
  readonly code: string
  readonly error: string
  readonly messages: number
}

/** Every key that waits, with its service. */
export async function parkedKeys(api: Api): Promise<readonly (Waiting & { readonly service: ServiceName })[]> {
  const found = await Promise.all(
    allServices.map(async (service) => {
      const keys = await allPages<Waiting>(api, service, '/ops/parked')
      return keys.map((key) => ({ ...key, service }))
    }),
  )
  return found.flat()
}

/** Has every parked key tried again now, as an operator would who knows the cause is gone. Answers how many. */
export async function redriveAll(api: Api): Promise<number> {
  const keys = await parkedKeys(api)
  for (const { service, topic, key } of keys) await api.send(service, 'POST', '/ops/parked/retry', { topic, key, why: 'the faults of the run are over' }, { role: 'operator' })
  return keys.length
}

interface Quarantined {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly sealed: boolean
  readonly key: string | null
  readonly headers: Readonly<Record<string, unknown>>
  readonly code: string
  readonly detail: string | null
}

/** Discards what runs planted themselves; answers how many, and what else lies in quarantine. */
export async function clearQuarantine(api: Api): Promise<{ readonly discarded: number; readonly others: readonly string[] }> {
  let discarded = 0
  const others: string[] = []
  for (const service of allServices) {
    const listed = await allPages<Quarantined>(api, service, '/ops/quarantine?status=open')
    // what carries personal data is shown one by one
    const open = await Promise.all(listed.map(async (one) => (one.sealed ? ((await api.send(service, 'GET', `/ops/quarantine/${one.id}`, undefined, { role: 'operator' })).body as Quarantined) : one)))
    const isOurs = ({ key, headers }: Quarantined): boolean => PLANTED in headers || key?.startsWith(PLANTED) === true
    const ids = open.filter(isOurs).map(({ id }) => id)
    if (ids.length > 0) {
      const { body } = await api.send(service, 'POST', '/ops/quarantine/discard', { ids, why: 'planted by the fault run' }, { role: 'operator' })
      discarded += (body as { discarded: number }).discarded
    }
    others.push(...open.filter((one) => !isOurs(one)).map(({ topic, partition, offset, code, detail }) => `${service} ${topic} ${partition} ${offset}: ${code} ${detail ?? ''}`))
  }
  return { discarded, others }
}

async function allPages<T>(api: Api, service: ServiceName, path: string): Promise<readonly T[]> {
  const items: T[] = []
  for (let cursor: string | undefined; ; ) {
    const query = [path.includes('?') ? '&' : '?', 'limit=150', cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`].join('')
    const { body } = await api.send(service, 'GET', path + query, undefined, { role: 'operator' })
    const page = body as { items: T[]; next?: string | null }
    items.push(...page.items)
    if (typeof page.next !== 'string') return items
    cursor = page.next
  }
}
