import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { OrderPlaced, topics } from '@waybill/contracts'
import { eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { sample, SampleRefusals } from './sample.service.js'

let db: pg.Pool
// before the namespace, which drops the database this is connected to
afterAll(() => db.end())
const ns = await namespace()
let service: StartedService

beforeAll(async () => {
  service = await ns.start(sample)
  db = new pg.Pool({ connectionString: service.database })
})

const valueOf = async (name: string) => (await db.query<{ value: number }>('select value from counters where name = $1', [name])).rows[0]?.value ?? 0
const ops = () => request(service.url)
const operator = { role: 'operator', name: 'otto' } as const

const place = async (channel: string, reference: string, order: string = randomUUID()) => {
  await ns.publish(OrderPlaced, { key: order, subject: order, payload: { ...exampleOf(OrderPlaced), order, channel, reference } })
  return order
}

describe('messages in a service', () => {
  test('come to their handler and change its state once', async () => {
    const channel = randomUUID()
    await Promise.all(['1', '2', '3'].map((reference) => place(channel, reference)))
    await eventually(async () => expect(await valueOf(channel)).toBe(3), 20_000)
  })

  test('that cannot be handled wait by their key: an operator sees why, tries again, and they go on', async () => {
    const [channel, reference] = [randomUUID(), randomUUID()]
    service.get(SampleRefusals).references.add(reference)
    const order = await place(channel, reference)
    const other = await place(channel, 'fine')
    await eventually(async () => expect(await valueOf(channel)).toBe(1), 20_000)
    expect(other).not.toBe(order)
    await eventually(async () => {
      const { body } = await ops().get(`/ops/parked?key=${order}`, operator)
      expect(body.items).toMatchObject([{ key: order, code: 'sample-refusal', messages: 1 }])
    })
    service.get(SampleRefusals).references.delete(reference)
    const { status, body } = await ops().post('/ops/parked/retry', { topic: topics.order.name, key: order, why: 'mended' }, operator)
    expect([status, body]).toEqual([200, { keys: 1 }])
    await eventually(async () => expect(await valueOf(channel)).toBe(2))
    expect((await ops().get(`/ops/parked?key=${order}`, operator)).body.items).toEqual([])
  })

  test('that wait can be corrected or given up, with a reason', async () => {
    const [channel, bad, worse] = [randomUUID(), randomUUID(), randomUUID()]
    for (const reference of [bad, worse]) service.get(SampleRefusals).references.add(reference)
    const [one, other] = [await place(channel, bad), await place(channel, worse)]
    const headOf = async (key: string): Promise<string> => {
      let id = ''
      await eventually(async () => {
        const { body } = await ops().get(`/ops/parked/messages?topic=${topics.order.name}&key=${key}`, operator)
        expect(body.items).toHaveLength(1)
        id = body.items[0].id as string
      }, 20_000)
      return id
    }
    const edit = (id: string, payload: object) => ops().post(`/ops/parked/messages/${id}/edit`, { payload, why: 'typing error' }, operator)
    const first = await headOf(one)
    expect((await edit(first, { nonsense: true })).body).toMatchObject({ status: 422, code: 'invalid-message' })
    expect((await edit(first, { ...exampleOf(OrderPlaced), order: one, channel, reference: 'mended' })).status).toBe(200)
    await eventually(async () => expect(await valueOf(channel)).toBe(1))
    const second = await headOf(other)
    expect((await ops().post(`/ops/parked/messages/${second}/skip`, {}, operator)).body.code).toBe('required')
    expect((await ops().post(`/ops/parked/messages/${second}/skip`, { why: 'a test order' }, operator)).status).toBe(200)
    expect((await ops().post(`/ops/parked/messages/${second}/skip`, { why: 'again' }, operator)).body).toMatchObject({ status: 409, code: 'not-parked' })
    const { body: skipped } = await ops().get(`/ops/parked/messages/${second}`, operator)
    expect(skipped).toMatchObject({ status: 'skipped', sealed: false, history: [{ act: 'parked', error: `refuses ${worse}` }, { act: 'skip', who: 'operator:otto', why: 'a test order' }] })
    expect(JSON.parse(skipped.payload as string)).toMatchObject({ reference: worse })
    const { body: history } = await ops().get(`/ops/parked/history?topic=${topics.order.name}&key=${one}`, operator)
    expect(history.items.map(({ act }: { act: string }) => act)).toEqual(['parked', 'edit', 'handled'])
    expect(history.items[1]).toMatchObject({ who: 'operator:otto', why: 'typing error', before: expect.stringContaining(bad), after: expect.stringContaining('mended') })
    expect((await ops().get(`/ops/parked/messages/${first}`, operator)).body).toMatchObject({ status: 409, code: 'not-parked' })
    expect((await ops().get('/ops/parked/messages?topic=x', operator)).body).toMatchObject({ status: 400, code: 'invalid-filter' })
    expect((await ops().post(`/ops/parked/messages/1;drop/skip`, { why: 'x' }, operator)).body.code).toBe('invalid-id')
    expect(await valueOf(channel)).toBe(1)
  })

  test('that are no messages of ours lie in quarantine, page by page, until somebody decides', async () => {
    for (let index = 0; index < 3; index++) await ns.send(topics.order, { key: randomUUID(), value: '{broken', headers: {} })
    const codes: string[] = []
    await eventually(async () => expect((await ops().get('/ops/quarantine?status=open', operator)).body.items).toHaveLength(3), 20_000)
    let cursor = ''
    for (;;) {
      const { body } = await ops().get(`/ops/quarantine?status=open&limit=2${cursor}`, operator)
      codes.push(...body.items.map(({ code }: { code: string }) => code))
      if (body.next === null) break
      cursor = `&cursor=${body.next as string}`
    }
    expect(codes).toHaveLength(3)
    expect((await ops().get('/ops/quarantine/causes', operator)).body.items).toMatchObject([{ code: 'malformed-json', topic: topics.order.name, records: 3 }])
    expect((await ops().get('/ops/parked/causes', operator)).body).toEqual({ items: [] })
    expect((await ops().get('/ops/quarantine?cursor=bad', operator)).body.code).toBe('invalid-cursor')
    const { body } = await ops().post('/ops/quarantine/discard', { code: codes[0], why: 'noise of a test' }, operator)
    expect(body.discarded).toBe(3)
    expect((await ops().get('/ops/stats', operator)).body).toMatchObject({ journalBacklog: 0, messaging: { ready: true } })
  })
})
