import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import {
  OrderAccepted,
  OrderConfirmed,
  OrderSubmitted,
  PaymentAuthorized,
  PaymentCaptured,
  PaymentRefunded,
  RefundFailed,
  RefundRequested,
  ReservationRefused,
  TaskOpened,
} from '@waybill/contracts'
import type { RequestCause } from '@waybill/kernel'
import { newId, signLink } from '@waybill/service-kit'
import { collideEverywhere, developmentToken, eventually, lossyProxy, namespace, startProxy, type LossyProxy, type Proxy, type StartedService } from '@waybill/testing'
import { startPaymentProvider } from '../../../tools/local/src/sandbox/payment-provider/server.js'
import { service } from '../src/service.js'
import { ReactToFacts } from '../src/use-cases/react-to-facts.js'
import { anOrder } from './builders.js'
import { isTooBusy, newReference, operator, orderHouse, web, type OrderHouse } from './order-house.js'
import { beside, orderLife, providerKey } from './order-life.js'

const ns = await namespace()
let directory: string
let provider: Awaited<ReturnType<typeof startPaymentProvider>>
let line: LossyProxy
let house: OrderHouse
/** A second replica; its way to the database can be made slow. */
let replica: StartedService
let wire: Proxy
const { rows, place, about, reserve, requested, dispatch, of, openBerlin, complete, reconcile } = orderLife(ns, () => house, () => provider)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-provider-'))
  provider = await startPaymentProvider({ directory, port: 0, apiKey: providerKey, slowMs: 200, hangMs: 1_500 })
  line = await lossyProxy(provider.url)
  house = await orderHouse(ns, beside(line.url))
  const direct = new URL(house.app.database)
  wire = await startProxy({ protocol: 'postgres', target: direct.host })
  direct.port = String(wire.port)
  replica = await ns.start(service, { database: direct.href, env: beside(line.url) })
  await openBerlin()
}, 60_000)

afterAll(async () => {
  await replica.stop()
  await wire.close()
  await line.stop()
  await provider.stop()
  await rm(directory, { recursive: true })
})

/** Changes tables, as only their owner may. */
const asOwner = async (...statements: readonly string[]) => {
  const url = new URL(await ns.emptyDatabase())
  url.pathname = new URL(house.app.database).pathname
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

type Fact = Parameters<ReactToFacts['run']>[0][number]
const asked = (order: string, key = newId()): RequestCause => ({ kind: 'request', client: 'test', key, route: 'test', bodyHash: 'x', actor: 'system:test', correlationId: order, traceparent: null })
const tell = (app: StartedService, order: string, fact: Fact['fact']) => app.get(ReactToFacts).run([{ cause: asked(order), order: order as Fact['order'], fact }])
const operationsOf = (order: string, kind: string) =>
  rows<{ id: string; status: string; amount_minor: string }>('SELECT id, status, amount_minor FROM payment_operations WHERE order_id = $1 AND kind = $2', [order, kind])
const moneyOf = async (order: string) => {
  const [money] = await rows<{ due: number; captured: number; refunded: number }>(
    'SELECT due_minor::int AS due, captured_minor::int AS captured, refunded_minor::int AS refunded FROM payments WHERE order_id = $1',
    [order],
  )
  return money
}
const toldOf = async (event: Parameters<typeof ns.allPublished>[0], order: string) => (await ns.allPublished(event)).filter(({ payload }) => (payload as { order: string }).order === order)
const refund = (order: string, from: number, to: number, refundShipping = false) => {
  const id = newId()
  return ns.publish(RefundRequested, { ...about(order), subject: id, payload: { order, return: id, lines: [{ line: 1, unitNumbers: [{ from, to }] }], fees: [], refundShipping } })
}

describe('money', () => {
  test('medusajs/medusa#13301, Pinelab-studio/pinelab-vendure-plugins#620: a dispatch told many times and an answer entered from six sides capture once', async () => {
    const order = await place()
    await reserve(order)
    const letGo = line.hold('POST', '/v1/captures')
    const asks = await requested(order)
    await dispatch(asks)
    await dispatch(asks)
    const [capture] = await eventually(async () => {
      const found = await operationsOf(order, 'capture')
      expect(found).toHaveLength(1)
      return found
    }, 20_000)
    const key = capture?.id ?? ''
    const done = await eventually(async () => {
      const answer = await fetch(`${provider.url}/v1/operations?key=${key}`, { headers: { authorization: `Bearer ${providerKey}` } })
      const { operations } = (await answer.json()) as { operations: { operation: string; authorization: string }[] }
      expect(operations).toHaveLength(1)
      return operations[0]
    }, 20_000)
    const answer = { outcome: 'succeeded', reference: done?.operation ?? '', authorization: done?.authorization ?? '', expiresAt: null } as const
    await Promise.all([house.app, replica, house.app, replica, house.app, replica].map((app) => tell(app, order, { kind: 'provider-answered', operation: key, answer })))
    letGo()
    await ns.published(PaymentCaptured, of(order))
    await eventually(async () => expect(await rows(`SELECT 1 FROM kit.timers WHERE kind = 'payment-call' AND subject = $1`, [key])).toEqual([]), 10_000)
    expect(await toldOf(PaymentCaptured, order)).toHaveLength(1)
    expect((await reconcile(order)).map(({ kind }) => kind).sort()).toEqual(['authorize', 'capture'])
    expect((await moneyOf(order))?.captured).toBe(Number(capture?.amount_minor))
  }, 60_000)

  test('medusajs/medusa#12588, #12285, #13433, mollie/laravel-cashier-mollie#321: of ten refunds asked at once for five units exactly five are paid', async () => {
    const order = await place({ lines: [{ product: 'P-1', units: 5 }] })
    await reserve(order, 5)
    await complete(order)
    await ns.published(PaymentCaptured, of(order))
    await Promise.all([1, 2, 3, 4, 5].flatMap((unit) => [refund(order, unit, unit), refund(order, unit, unit)]))
    await eventually(async () => expect([(await toldOf(PaymentRefunded, order)).length, (await toldOf(RefundFailed, order)).length]).toEqual([5, 5]), 20_000)
    const refunds = (await ns.allPublished(PaymentRefunded)).filter(of(order))
    expect(refunds.flatMap(({ payload }) => payload.units.flatMap(({ unitNumbers }) => unitNumbers.map(({ from }) => from))).sort()).toEqual([1, 2, 3, 4, 5])
    expect(refunds.reduce((sum, { payload }) => sum + payload.amountMinor, 0)).toBe((await moneyOf(order))?.refunded)
    expect((await reconcile(order)).filter(({ kind }) => kind === 'refund')).toHaveLength(5)
  }, 60_000)

  test('saleor/saleor#9504, #12652: dispatch, delivery and refund in any order, the answer to the capture late: captured once, refunded once', async () => {
    const said = ['dispatched', 'delivered', 'refund'] as const
    const permutations = said.flatMap((first) => said.filter((each) => each !== first).map((second) => [first, second, ...said.filter((each) => each !== first && each !== second)]))
    const ends = await Promise.all(
      permutations.map(async (permutation) => {
        const order = await place()
        await reserve(order)
        const { fulfillment } = await requested(order)
        const lines = [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }]
        const letGo = line.hold('POST', '/v1/captures')
        for (const what of permutation) {
          if (what === 'refund') await tell(house.app, order, { kind: 'refund-requested', request: { returnId: newId(), lines, fees: [], refundShipping: true } })
          else await tell(house.app, order, { kind: what === 'dispatched' ? 'shipment-dispatched' : 'shipment-delivered', fulfillment, lines })
        }
        await pause(50)
        letGo()
        await eventually(async () => {
          const money = await moneyOf(order)
          expect([permutation, money?.captured, money?.refunded]).toEqual([permutation, money?.due, money?.due])
        }, 20_000)
        await reconcile(order)
        return (await rows<{ status: string }>('SELECT o.status, p.status AS payment, l.delivered FROM orders o JOIN payments p ON p.order_id = o.id JOIN order_lines l ON l.order_id = o.id WHERE o.id = $1', [order]))[0]
      }),
    )
    expect(new Set(ends.map((end) => JSON.stringify(end)))).toEqual(new Set([JSON.stringify({ status: 'COMPLETED', payment: 'CAPTURED', delivered: 2 })]))
  }, 60_000)

  test('vendurehq/vendure#2620: pressing "pay" while the first payment has no answer yet pays nothing twice', async () => {
    const letGo = line.hold('POST', '/v1/authorizations')
    const order = await place()
    await reserve(order)
    await eventually(async () => expect(await operationsOf(order, 'authorize')).toHaveLength(1), 20_000)
    const link = `/v1/pay/${signLink('the link key of the tests', 'pay', order)}`
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => house.api.post(link, { token: 'tok_other' })))
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [409, 'payment-in-progress']))
    letGo()
    await ns.published(OrderConfirmed, of(order))
    expect((await house.api.post(link, { token: 'tok_other' })).body.code).toBe('already-paid')
    expect(await reconcile(order)).toHaveLength(1)
  }, 60_000)

  test('Automattic/woocommerce-payments#11994: while the provider says nothing at all, nothing is asked a second time under another key', async () => {
    const letGo = [line.hold('POST', '/v1/authorizations'), line.hold('GET', '/v1/operations')]
    const before = line.asked.get('POST /v1/authorizations') ?? 0
    const order = await place()
    await reserve(order)
    await eventually(async () => expect((await operationsOf(order, 'authorize'))[0]?.status).toBe('unknown'), 20_000)
    const questions = line.asked.get('GET /v1/operations') ?? 0
    await eventually(() => expect(line.asked.get('GET /v1/operations') ?? 0).toBeGreaterThan(questions + 1), 20_000)
    // asked and asked again, and never told to do it anew: no answer is not "no"
    expect(line.asked.get('POST /v1/authorizations')).toBe(before + 1)
    expect((await house.api.get(`/v1/orders/${order}`, web)).body.status).toBe('PLACED')
    for (const each of letGo) each()
    await ns.published(OrderConfirmed, of(order))
    expect(await reconcile(order)).toHaveLength(1)
  }, 60_000)

  test('craftcms/commerce-stripe#207: each call of an order loses its answer three times over, and each is done once', async () => {
    for (const path of ['/v1/authorizations', '/v1/captures', '/v1/refunds']) line.loseNext('POST', path, 3)
    line.loseNext('GET', '/v1/operations', 2)
    const order = await place()
    await reserve(order)
    await complete(order)
    await ns.published(PaymentCaptured, of(order))
    await refund(order, 1, 2, true)
    await ns.published(PaymentRefunded, of(order))
    expect((await reconcile(order)).map(({ kind, status }) => [kind, status]).sort()).toEqual([['authorize', 'succeeded'], ['capture', 'succeeded'], ['refund', 'succeeded']])
    for (const path of ['/v1/authorizations', '/v1/captures', '/v1/refunds']) line.loseNext('POST', path, 0)
  }, 60_000)

  test('vendurehq/vendure#3065, VivaPayments/API#2486: a payment that succeeds after its order has ended is given back, and nothing is sent', async () => {
    const letGo = line.hold('POST', '/v1/authorizations')
    const order = await place()
    await reserve(order)
    await eventually(async () => expect(await operationsOf(order, 'authorize')).toHaveLength(1), 20_000)
    await ns.publish(ReservationRefused, { ...about(order), payload: { order, why: 'no-lane', lines: [] } })
    await eventually(async () => expect((await house.api.get(`/v1/orders/${order}`, web)).body.status).toBe('CANCELLED'), 20_000)
    letGo()
    await eventually(async () => expect((await operationsOf(order, 'void'))[0]?.status).toBe('succeeded'), 20_000)
    expect((await reconcile(order)).map(({ kind }) => kind).sort()).toEqual(['authorize', 'void'])
    expect(await rows(`SELECT 1 FROM messaging.journal WHERE subject = $1 AND type LIKE '%fulfillment-requested%'`, [order])).toEqual([])
  }, 60_000)

  test('spree/spree#13938: the tables take no second payment of an order, and no second authorization beside one that is open or stands', async () => {
    const order = await place()
    await reserve(order)
    await ns.published(PaymentAuthorized, of(order))
    const copy = (table: string, but: string) => rows(`INSERT INTO ${table} SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid()${but}))).* FROM ${table} t WHERE order_id = $1`, [order])
    await expect(copy('payments', '')).rejects.toMatchObject({ code: '23505' })
    await expect(copy('payment_operations', '')).rejects.toMatchObject({ code: '23505' })
    await expect(copy('payment_operations', `, 'status', 'intent', 'settled_at', null`)).rejects.toMatchObject({ code: '23505' })
    await expect(rows('UPDATE payments SET captured_minor = authorized_minor + 1 WHERE order_id = $1', [order])).rejects.toMatchObject({ code: '23514' })
    await expect(rows('UPDATE payments SET refunded_minor = captured_minor + 1 WHERE order_id = $1', [order])).rejects.toMatchObject({ code: '23514' })
  }, 60_000)
})

describe('orders that come', () => {
  test('medusajs/medusa#4798: one order through three doors at once is one order, and each door is answered with it', async () => {
    const reference = newReference()
    const order = anOrder({ reference })
    const columns = 'channel,reference,customerName,email,street,postalCode,city,country,currency,product,units,paymentToken'
    const file = `${columns}\nweb,${reference},Ada Lovelace,ada@example.com,Hauptstr. 1,10115,Berlin,DE,EUR,P-1,2,tok_ok\n`
    const [rest, , upload] = await Promise.all([
      house.place(order),
      ns.publish(OrderSubmitted, { key: `web:${reference}`, subject: `web:${reference}`, payload: order as OrderSubmitted }),
      house.api.post('/v1/orders/imports', file, { ...web, headers: { 'content-type': 'text/csv' } }),
    ])
    expect([200, 201]).toContain(rest.status)
    const accepted = await ns.published(OrderAccepted, ({ payload }) => payload.reference === reference)
    expect(accepted.payload.order).toBe(rest.body.order)
    await eventually(async () => expect((await house.api.get(`/v1/orders/imports/${upload.body.import}`, web)).body).toMatchObject({ status: 'done', refused: 0 }), 20_000)
    expect(await rows('SELECT id FROM orders WHERE reference = $1', [reference])).toEqual([{ id: rest.body.order }])
  }, 60_000)

  test('woocommerce/woocommerce#14541, #10453, #67759: five identical orders at once on a slow database, handed in again until answered, are one order', async () => {
    const reference = newReference()
    const body = anOrder({ reference })
    wire.delay(100, 50)
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(async () => {
        for (;;) {
          const token = await developmentToken(web)
          const answer = await fetch(`${replica.url}/v1/orders`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() }, body: JSON.stringify(body) })
          const said = (await answer.json()) as { order: string; code?: string }
          if (answer.status < 500 && answer.status !== 409) return { status: answer.status, order: said.order }
          expect([409, 503]).toContain(answer.status)
          await pause(200)
        }
      }),
    ).finally(() => wire.heal())
    expect(new Set(answers.map(({ order }) => order)).size).toBe(1)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201])
    expect(await rows('SELECT 1 FROM orders WHERE reference = $1', [reference])).toHaveLength(1)
  }, 60_000)

  test('saleor/saleor-docs#990, #1380: a caller that hangs up after "buy" or "pay" has bought and paid all the same', async () => {
    const hangUp = async (path: string, body: object) => {
      const text = JSON.stringify(body)
      const token = await developmentToken(web)
      await new Promise<void>((resolve) => {
        const sent = httpRequest(new URL(path, house.app.url), {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() },
        })
        sent.on('error', () => undefined).on('close', () => resolve())
        sent.end(text, () => setTimeout(() => sent.destroy(), 5))
      })
    }
    const reference = newReference()
    await hangUp('/v1/orders', anOrder({ reference, lines: [{ product: 'P-1', units: 2 }], payment: { token: 'tok_insufficient' } }))
    const order = await eventually(async () => {
      const [found] = await rows<{ id: string }>('SELECT id FROM orders WHERE reference = $1', [reference])
      expect(found).toBeDefined()
      return found?.id ?? ''
    }, 10_000)
    await reserve(order)
    await eventually(async () => expect((await house.api.get(`/v1/orders/${order}`, web)).body.payment.status).toBe('REQUIRES_ACTION'), 20_000)
    await hangUp(`/v1/pay/${signLink('the link key of the tests', 'pay', order)}`, { token: 'tok_ok' })
    await ns.published(OrderConfirmed, of(order))
    await reconcile(order)
  }, 60_000)

  test('shopware/shopware CVE-2026-31887, spree/spree CVE-2026-22588: no filter and no id inside a body opens what is another channel’s', async () => {
    const order = await place()
    const market = { role: 'channel', name: 'market', channel: 'market' } as const
    expect((await house.api.get('/v1/orders')).status).toBe(401)
    for (const query of ['channel=web', 'channel=market&channel=web', 'channel[]=web', 'channel[ne]=market', 'filter[channel]=web', 'reference[$ne]=x', 'customer=Ada', 'order[or]=1']) {
      const { status, body } = await house.api.get(`/v1/orders?${query}`, market)
      expect([query, status >= 400 || (body.items as { channel: string }[]).every(({ channel }) => channel === 'market')]).toEqual([query, true])
    }
    expect((await house.api.get(`/v1/orders/${order}`, market)).status).toBe(404)
    expect((await house.api.post('/v1/orders', anOrder({ reference: newReference() }), market)).status).toBe(403)
    const bulk = await house.api.post('/v1/orders/bulk', { orders: [anOrder({ reference: newReference() })] }, market)
    expect(bulk.body.outcomes?.[0] ?? bulk.body).toMatchObject({ code: 'forbidden' })
  }, 60_000)

  test('frappe/ecommerce_integrations#338: an order that the database will not take costs itself alone, in a file and on the channels’ topic', async () => {
    const prefix = newReference()
    await asOwner(
      `CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.reference LIKE '%-poison' THEN RAISE EXCEPTION 'not this one' USING ERRCODE = 'P0001'; END IF; RETURN NEW; END $$`,
      'CREATE TRIGGER refuse_poison BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refuse_poison()',
    )
    const columns = 'channel,reference,customerName,email,street,postalCode,city,country,currency,product,units,paymentToken'
    const row = (name: string) => `web,${prefix}-${name},Ada Lovelace,ada@example.com,Hauptstr. 1,10115,Berlin,DE,EUR,P-1,1,tok_ok`
    const file = [columns, row('1'), row('2'), row('poison'), row('3'), row('4'), ''].join('\n')
    const { body } = await house.api.post('/v1/orders/imports', file, { ...web, headers: { 'content-type': 'text/csv' } })
    const done = await eventually(async () => {
      const progress = (await house.api.get(`/v1/orders/imports/${body.import}`, web)).body
      expect(progress.status).toBe('done')
      return progress
    }, 20_000)
    expect(done).toMatchObject({ accepted: 4, refused: 1 })
    expect((await house.api.get(`/v1/orders/imports/${body.import}/errors`, web)).body).toMatch(new RegExp(`${prefix}-poison,.*,not-taken,`))
    expect((await ns.published(TaskOpened, ({ payload }) => payload.kind === 'import-order-broken')).payload).toMatchObject({ owner: 'operator', subject: body.import })
    const submit = (name: string) => {
      const reference = `${prefix}-${name}`
      return ns.publish(OrderSubmitted, { key: `web:${reference}`, subject: `web:${reference}`, payload: anOrder({ reference }) as OrderSubmitted })
    }
    await Promise.all(['5', 'topic-poison', '6'].map(submit))
    for (const name of ['5', '6']) await ns.published(OrderAccepted, ({ payload }) => payload.reference === `${prefix}-${name}`)
    await eventually(async () => expect((await house.api.get(`/ops/parked?key=${encodeURIComponent(`web:${prefix}-topic-poison`)}`, operator)).body.items).toHaveLength(1), 20_000)
    await asOwner('DROP TRIGGER refuse_poison ON orders')
  }, 60_000)

  test('coopcycle/coopcycle-web#4662, OPEN-DSI/ecommerceng_woosync#9: a file that was cut off after any of its rows and is uploaded again makes each order once', async () => {
    const prefix = newReference()
    const columns = 'channel,reference,customerName,email,street,postalCode,city,country,currency,product,units,paymentToken'
    const lines = [columns, ...[1, 2, 3, 4, 5].map((row) => `web,${prefix}-${row},Ada Lovelace,ada@example.com,Hauptstr. 1,10115,Berlin,DE,EUR,P-1,1,tok_ok`), '']
    const file = lines.join('\n')
    for (let row = 1; row <= 5; row++) {
      const token = await developmentToken(web)
      await new Promise<void>((resolve) => {
        const sent = httpRequest(new URL('/v1/orders/imports', house.app.url), { method: 'POST', headers: { 'content-type': 'text/csv', 'content-length': Buffer.byteLength(file), authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() } })
        sent.on('error', () => undefined).on('close', () => resolve())
        sent.write(`${lines.slice(0, row + 1).join('\n')}\n`, () => setTimeout(() => sent.destroy(), 20))
      })
    }
    expect(await rows('SELECT 1 FROM orders WHERE reference LIKE $1', [`${prefix}%`])).toEqual([])
    const uploads = await Promise.all([1, 2].map(() => house.api.post('/v1/orders/imports', file, { ...web, headers: { 'content-type': 'text/csv' } })))
    await eventually(async () => expect((await house.api.get(`/v1/orders/imports/${uploads[0]?.body.import}`, web)).body).toMatchObject({ status: 'done', accepted: 5 }), 20_000)
    expect((await house.api.post('/v1/orders/imports', file, { ...web, headers: { 'content-type': 'text/csv' } })).body).toMatchObject({ alreadyImported: true })
    expect(await rows('SELECT 1 FROM orders WHERE reference LIKE $1', [`${prefix}%`])).toHaveLength(5)
  }, 60_000)
})

describe('medusajs/medusa#2948: whichever statement collides with another transaction', () => {
  test('an order over REST is placed, once', async () => {
    const { refused } = await collideEverywhere(async () => {
      const reference = newReference()
      const answer = await house.place(anOrder({ reference }))
      expect([isTooBusy(answer), answer.status]).toEqual([false, 201])
      expect(await rows('SELECT 1 FROM orders WHERE reference = $1', [reference])).toHaveLength(1)
      expect(await rows('SELECT 1 FROM messaging.journal WHERE key = $1', [answer.body.order])).toHaveLength(2)
    })
    expect(refused).toBeGreaterThan(5)
  }, 60_000)

  test('an order that is reserved is paid and confirmed, once', async () => {
    const { body } = await house.api.post('/v1/orders/bulk', { orders: Array.from({ length: 240 }, () => anOrder({ reference: newReference() })) }, web)
    const orders = body.outcomes.map(({ order }: { order: string }) => order) as string[]
    const { refused, times } = await collideEverywhere(async (time) => {
      const order = orders[time] ?? ''
      await reserve(order)
      await eventually(async () => expect(await rows(`SELECT 1 FROM orders WHERE id = $1 AND status = 'CONFIRMED'`, [order])).toHaveLength(1), 20_000)
    })
    const confirmed = await eventually(async () => {
      const told = (await ns.allPublished(OrderConfirmed)).map(({ payload }) => payload.order).filter((order) => orders.includes(order))
      expect(told).toHaveLength(times)
      return told
    }, 20_000)
    expect(new Set(confirmed).size).toBe(confirmed.length)
    await reconcile(confirmed.at(-1) ?? '')
    expect([refused > 10, times <= orders.length]).toEqual([true, true])
  }, 120_000)
})

test('saleor/saleor#12304: whatever way an order went, each of its steps and all of its money was told', async () => {
  const untold = await rows(
    `SELECT h.subject, h.to_status FROM order_history h
     WHERE h.to_status IN ('CONFIRMED', 'COMPLETED', 'CANCELLED', 'EXPIRED')
       AND (SELECT count(*) FROM messaging.journal j WHERE j.subject = h.subject::text AND j.type = 'oms.order.order-' || lower(h.to_status) || '.v1') <> 1`,
  )
  expect(untold).toEqual([])
  const money = await rows<{ told: string; kept: string }>(
    `SELECT p.order_id, p.kind, p.captured_minor AS kept, told.captured AS told, p.refunded_minor AS refunded, told.refunded AS told_refunded FROM payments p, LATERAL (
       SELECT coalesce(sum(amount) FILTER (WHERE type LIKE '%payment-captured%'), 0) AS captured, coalesce(sum(amount) FILTER (WHERE type LIKE '%payment-refunded%'), 0) AS refunded
       FROM (SELECT type, (convert_from(payload, 'UTF8')::jsonb ->> 'amountMinor')::bigint AS amount FROM messaging.journal WHERE key = p.order_id::text AND topic = 'oms.payment.v1') facts
     ) told WHERE p.kind = 'provider' AND (p.captured_minor <> told.captured OR p.refunded_minor <> told.refunded)`,
  )
  expect(money).toEqual([])
  expect((await rows('SELECT 1 FROM payments WHERE captured_minor > 0')).length).toBeGreaterThan(0)
})
