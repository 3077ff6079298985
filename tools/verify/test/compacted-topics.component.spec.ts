import { expect, test } from '@jest/globals'
import { LanePublished, LocationPublished, ProductPublished, RepublishAsked } from '@waybill/contracts'
import { service as inventory } from '@waybill/inventory'
import { service as order } from '@waybill/order'
import { service as shipping } from '@waybill/shipping'
import { eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import pg from 'pg'
import { LiveWorld } from '../src/live-world.js'
import { verify } from '../src/verify.js'

// What owners have in their tables, and neither journal nor topic have any more: the topic was lost, and the journal's seven days are over.
const ns = await namespace()
const PRODUCTS = 1_201

test('compacted topics are published again from their owners\' tables: asked for by an operator, by a reader, and one key alone', async () => {
  const [orders, stock, carriers] = [await ns.start(order), await ns.start(inventory), await ns.start(shipping, { env: { CARRIER_WEBHOOK_SECRETS: `whsec_${Buffer.from('a secret of the tests, long enough').toString('base64')}` } })]
  await run(
    orders,
    `INSERT INTO products (number, version, name, tax_category, is_active, is_stocked, handling, handling_instruction, weight_grams, length_mm, width_mm, height_mm, is_lot_tracked, minimum_remaining_days, has_lithium, is_food, ships_alone, components, options)
     SELECT 'P-' || lpad(n::text, 5, '0'), 3, 'Mug', 'standard', true, true, '{}', '', 1, 1, 1, 1, false, 0, false, false, false, '[]', '[]' FROM generate_series(1, ${PRODUCTS}) AS n`,
  )
  const place = exampleOf(LocationPublished)
  await run(
    stock,
    `INSERT INTO location (location, version, name, zone, country, postal_code, city, ships, handling, handling_days, calendar, updated_at) VALUES ('BER', 4, 'Berlin', 'Europe/Berlin', 'DE', '10115', 'Berlin', true, '[]', 1, $1, now())`,
    [JSON.stringify(place.calendar)],
  )
  await run(carriers, `INSERT INTO lanes (location, country, version, currency, services) SELECT 'BER', unnest(ARRAY['DE', 'FR', '*']), 5, 'EUR', '[]'`)
  const databases = { order: orders.database, inventory: stock.database, shipping: carriers.database }
  const stale = async () => {
    const world = new LiveWorld({ databases: { ...databases, warehouse: stock.database, 'after-sales': stock.database, notification: stock.database, console: stock.database }, kafkaBrokers: ns.kafkaBrokers.join(','), namespace: ns.prefix })
    const findings = await verify(world, { settleMs: 0, only: ['G12'] })
    await world.close()
    return findings.flatMap(({ violations }) => violations.map(({ subject }) => subject))
  }
  expect(await stale()).not.toEqual([])

  const again = (service: StartedService, body: object) => request(service.url).post('/ops/republish', { why: 'the topic was lost', ...body }, { role: 'operator', key: `${JSON.stringify(body)}` })
  expect((await again(carriers, { topic: 'oms.lane.v1', subject: 'BER:FR' })).status).toBe(202)
  await ns.published(LanePublished, ({ payload }) => payload.country === 'FR' && payload.version === 5)
  expect((await ns.allPublished(LanePublished)).map(({ payload }) => payload.country)).toEqual(['FR'])

  // A reader whose copy of the topic was made anew asks by message.
  await ns.publish(RepublishAsked, { key: 'shipping', subject: 'shipping', payload: { service: 'shipping', topic: 'oms.lane.v1', subject: '*', from: 1 } })
  expect((await again(stock, { topic: 'oms.location.v1' })).status).toBe(202)
  expect((await again(orders, { topic: 'oms.product.v1' })).status).toBe(202)
  await eventually(async () => expect(await stale()).toEqual([]), 30_000)
  expect(new Set((await ns.allPublished(ProductPublished)).map(({ payload }) => payload.product)).size).toBe(PRODUCTS)

  expect((await again(carriers, { topic: 'oms.product.v1' })).body).toMatchObject({ code: 'invalid-request', detail: 'shipping writes no oms.product.v1' })
  expect((await again(orders, { topic: 'oms.order.v1' })).body).toMatchObject({ code: 'invalid-request' })
  expect((await again(carriers, { topic: 'oms.lane.v1', role: 'agent' })).status).toBe(422)
  const acts = await run(carriers, `SELECT who, why FROM messaging.operator_action WHERE action = 'publish again'`)
  expect(acts).toHaveLength(1)
}, 90_000)

async function run(service: StartedService, sql: string, values: readonly unknown[] = []): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: service.database })
  await client.connect()
  try {
    return (await client.query(sql, [...values])).rows
  } finally {
    await client.end()
  }
}
