import { randomUUID } from 'node:crypto'
import { LanePublished, ProductPublished } from '@waybill/contracts'
import { asId, type EventCause, type OrderId, type RequestCause } from '@waybill/kernel'
import { UnitOfWork } from '@waybill/service-kit'
import { eventually, exampleOf, request, type Namespace, type StartedService } from '@waybill/testing'
import type { PlacedOrder } from '../src/stock/reserve.js'
import { anOrder, product, type AskedLine } from './warehouse-world.js'

export const operator = { role: 'operator' } as const

/** A cause as a consumer would hand it over; nothing of it can be parked. */
export const anEvent = (): EventCause => ({
  kind: 'event',
  group: 'inventory.main',
  topic: 'oms.order.v1',
  partition: 0,
  offset: 0n,
  key: randomUUID(),
  eventId: randomUUID(),
  type: 'test',
  subject: randomUUID(),
  sequence: null,
  payloadHash: randomUUID().replaceAll('-', '').repeat(2),
  time: new Date().toISOString(),
  correlationId: null,
  actor: 'test',
  traceparent: null,
})

/** A cause as a route would hand it over. */
export const aRequest = (): RequestCause => ({
  kind: 'request',
  client: 'test',
  key: randomUUID(),
  route: 'test',
  bodyHash: 'test',
  actor: 'test',
  correlationId: null,
  traceparent: null,
})

export const newOrder = (): OrderId => asId(randomUUID())

export const anotherOrder = (lines: readonly AskedLine[], differs: Partial<PlacedOrder> = {}): PlacedOrder => anOrder(1, lines, { order: newOrder(), ...differs })

/** Locations, products and lanes as the others would have told of them. */
export async function open(ns: Namespace, app: StartedService, locations: readonly string[], products: readonly string[]): Promise<void> {
  const rows = locations.map((location) => ({ location, name: location, zone: 'Europe/Berlin', country: 'DE', postalCode: '10115', city: 'Berlin' }))
  await request(app.url).post('/v1/locations/import', { rows }, operator)
  for (const code of products) {
    const payload = { ...exampleOf(ProductPublished), product: product(code), handling: ['standard' as const], lotTracked: false }
    await ns.publish(ProductPublished, { key: code, subject: code, payload })
  }
  for (const location of locations) {
    const payload = { ...exampleOf(LanePublished), location, country: '*' }
    await ns.publish(LanePublished, { key: `${location}:*`, subject: `${location}:*`, payload })
  }
  await eventually(async () => {
    const [known] = await sql<{ products: number; lanes: number }>(app, 'select (select count(*)::int from product) as products, (select count(*)::int from lane) as lanes')
    if (known?.products !== products.length || known.lanes !== locations.length) throw new Error(`known so far: ${JSON.stringify(known)}`)
  }, 20_000)
}

let statements = 0

/** Asks the service's database. */
export const sql = <Row>(app: StartedService, text: string, values: readonly unknown[] = []): Promise<Row[]> => app.get(UnitOfWork).query<Row>(`test.${++statements}`, text, values)

/** Every row where counters, ledger, reservations and lines do not agree. */
export async function drift(app: StartedService): Promise<unknown[]> {
  const all = await Promise.all(['stock_drift', 'lot_drift', 'need_drift'].map((view) => sql(app, `select '${view}' as view, * from ${view}`)))
  return all.flat()
}

/** Runs `work` for each input, so many at once. */
export async function sideBySide<I>(inputs: readonly I[], atOnce: number, work: (input: I, place: number) => Promise<unknown>): Promise<void> {
  const queue = [...inputs.entries()]
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next[1], next[0])
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** Does it again after what a consumer or a client would try again: collisions and full pools. */
export async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (!['40001', '40P01', '55P03', '57014', 'database-unavailable'].includes(String(code))) throw error
    }
  }
}
