import { beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { developmentToken, namespace } from '@waybill/testing'
import { anOrder } from './builders.js'
import { isTooBusy, newReference, orderHouse, web, type OrderHouse } from './order-house.js'

const ns = await namespace()
let house: OrderHouse
let before: string

const state = async () => {
  const client = new pg.Client({ connectionString: house.app.database })
  await client.connect()
  const { rows } = await client.query(
    `SELECT (SELECT count(*) FROM orders)::int AS orders, (SELECT count(*) FROM channel_orders)::int AS references, (SELECT count(*) FROM refused_input)::int AS refused,
       (SELECT count(*) FROM messaging.journal WHERE topic NOT LIKE '%product%')::int AS journal`,
  )
  await client.end()
  return JSON.stringify(rows[0])
}

beforeAll(async () => {
  house = await orderHouse(ns)
  before = await state()
}, 60_000)

interface Sent {
  readonly status: number
  readonly body: { readonly code: string; readonly errors?: readonly { readonly pointer: string; readonly code: string }[]; readonly byteOffset?: number }
}

/** Sends these bytes as they are. */
async function send(body: string | Buffer | undefined, headers: OutgoingHttpHeaders = {}, path = '/v1/orders'): Promise<Sent> {
  for (let times = 0; ; times += 1) {
    const sent = await sendOnce(body, headers, path)
    if (!isTooBusy(sent) || times === 20) return sent
    await wait(1_000)
  }
}

async function sendOnce(body: string | Buffer | undefined, headers: OutgoingHttpHeaders, path: string): Promise<Sent> {
  const token = await developmentToken(web)
  return new Promise((resolve, reject) => {
    const sent = httpRequest(new URL(path, house.app.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': randomUUID(), ...headers },
    })
    sent.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString() || '{}') }))
    })
    sent.end(body)
  })
}
const answered = async (body: string | Buffer | undefined, headers?: OutgoingHttpHeaders) => {
  const { status, body: problem } = await send(body, headers)
  return [status, problem.code]
}
const refused = async (order: unknown) => {
  const { status, body } = await send(JSON.stringify(order))
  return [status, body.code, body.errors?.[0]?.pointer]
}
const order = (differs: Readonly<Record<string, unknown>> = {}) => anOrder({ reference: newReference(), ...differs })
const text = (differs: Readonly<Record<string, unknown>> = {}) => JSON.stringify(order(differs))
const line = (differs: Readonly<Record<string, unknown>>) => order({ lines: [{ product: 'P-1', units: 1, ...differs }] })
const withUnits = (units: string) => text({ lines: [{ product: 'P-1', units: 0 }] }).replace('"units":0', `"units":${units}`)

describe('a body that cannot be read', () => {
  test.each([['nothing', ''], ['spaces', '  \n']])('BI-A1: %s', async (_name, body) => expect(await answered(body)).toEqual([400, 'body-required']))
  test('BI-A1: no body at all', async () => expect(await answered(undefined, { 'content-length': 0 })).toEqual([400, 'body-required']))
  test.each([['{"a":1'], ['{"a":1,}'], ["{'a':1}"], ['{"a":1}x'], ['{"a":NaN}'], ['{"a":01}']])('BI-A2: %s', async (body) => {
    const { status, body: problem } = await send(body)
    expect([status, problem.code, typeof problem.byteOffset]).toEqual([400, 'malformed-json', 'number'])
  })
  test('BI-A4: that is not UTF-8', async () => {
    expect(await answered(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))).toEqual([400, 'invalid-encoding'])
    expect(await answered(Buffer.from(text(), 'utf16le'))).toEqual([400, 'invalid-encoding'])
  })
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'text/csv'])('BI-A5: %s', async (type) =>
    expect(await answered(text(), { 'content-type': type })).toEqual([415, 'unsupported-media-type']),
  )
  test('BI-A6: that is compressed', async () => {
    expect((await answered(gzipSync('0'.repeat(50_000_000)), { 'content-encoding': 'gzip' }))[0]).toBe(415)
    expect((await answered(text(), { 'content-encoding': 'br2' }))[0]).toBe(415)
  })
  test('BI-A7: that is too large', async () => expect(await answered(Buffer.alloc(257 * 1024, 0x20))).toEqual([413, 'body-too-large']))
  test.each([21, 20_000])('BI-A8: nested %i deep', async (depth) => {
    const body = '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)
    expect(await answered(body)).toEqual([400, 'json-too-deep'])
  })
  test('BI-A9: with a key twice', async () => expect(await answered('{"channel":"web","channel":"web"}')).toEqual([400, 'duplicate-json-key']))
  test.each(['__proto__', 'constructor', 'prototype'])('BI-A10: with the key %s', async (key) => expect(await answered(`{"${key}":{}}`)).toEqual([400, 'forbidden-key']))
})

describe('an order that is none', () => {
  test.each(['isAdmin', 'status', 'paidAt'])('BI-A11: says %s', async (property) => expect(await refused(order({ [property]: 'x' }))).toEqual([422, 'unknown-property', `/${property}`]))
  test.each([[[]], [null], ['x'], [1]])('BI-A12: is %j', async (body) => expect((await refused(body)).slice(0, 2)).toEqual([422, 'object-expected']))
  test.each([[undefined, 'lines-required'], [[], 'lines-required'], [{ length: 1 }, 'lines-required'], [[null], 'object-expected'], [[[]], 'object-expected']])('BI-A13: has the lines %j', async (lines, code) =>
    expect((await refused(order({ lines }))).slice(0, 2)).toEqual([422, code]),
  )
  test('BI-A14: has 501 lines', async () => {
    expect((await refused(order({ lines: Array.from({ length: 501 }, () => ({ product: 'P-1', units: 1 })) }))).slice(0, 2)).toEqual([422, 'too-many-lines'])
    const many = await send(JSON.stringify({ orders: [order({ lines: Array.from({ length: 200_000 }, () => ({})) })] }), {}, '/v1/orders/bulk')
    expect((many.body as unknown as { outcomes: { code: string }[] }).outcomes[0]?.code).toBe('too-many-lines')
  })
  test.each(['0', '-1', '-0', '1.5', '"1"', '1e309', '"NaN"', '9007199254740993', '2147483648', 'true', 'null'])('BI-A15: wants %s pieces', async (units) => {
    const { status, body } = await send(withUnits(units))
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'invalid-quantity', '/lines/0/units'])
  })
  test('BI-A17: wants what is unknown or gone: one answer for both', async () => {
    const [unknown, gone] = await Promise.all([send(JSON.stringify(line({ product: 'P-404' }))), send(JSON.stringify(line({ product: 'P-off' })))])
    const { traceId: _one, ...first } = unknown.body as unknown as Record<string, unknown>
    const { traceId: _other, ...second } = gone.body as unknown as Record<string, unknown>
    expect(first).toMatchObject({ status: 422, code: 'unknown-product', errors: [{ pointer: '/lines/0/product', code: 'unknown-product' }] })
    expect(second).toEqual(first)
  })
  test.each([
    [{ totalMinor: -1 }, 'invalid-amount'], [{ totalMinor: 1.5 }, 'invalid-amount'], [{ totalMinor: 9_000_000_000_000_002 }, 'invalid-amount'],
    [{ totalMinor: 2_962 }, 'amount-mismatch'], [{ totalMinor: 2_964 }, 'amount-mismatch'], [{ discountMinor: 2_001 }, 'invalid-amount'],
    [{ lines: [{ product: 'P-1', units: 2, taxMinor: 2_001 }] }, 'invalid-amount'],
  ])('BI-A18, BI-A21: adds up to %j', async (differs, code) => expect((await refused(order(differs))).slice(0, 2)).toEqual([422, code]))
  test.each([['EURO'], ['eur'], ['USD'], ['']])('BI-A19: is in %j', async (currency) => expect((await refused(order({ currency }))).slice(0, 2)).toEqual([422, 'invalid-currency']))
  test('BI-A19: is in two currencies', async () => expect((await refused(line({ currency: 'JPY' }))).slice(0, 2)).toEqual([422, 'invalid-currency']))
  test.each(['x'.repeat(65), 'A🚚', 'A\nB', '../x', ' A', 'A '])('BI-A23: has the reference %j', async (reference) => expect(await refused(order({ reference }))).toEqual([422, 'invalid-reference', '/reference']))
  test('BI-A25: holds NUL', async () => {
    expect((await refused(order({ customer: { name: 'A\0', email: 'a@b.example' } }))).slice(0, 2)).toEqual([422, 'invalid-character'])
    expect((await refused(line({ product: 'P\0' })))[0]).toBe(422)
    expect((await refused(order({ reference: 'A\0' })))[0]).toBe(422)
  })
  test.each(['A\\ud800', 'A\\u202eB', 'A\\u200bB', 'A\\u0378', `A${'\\u0301'.repeat(5_000)}`])('BI-A26: has a name like %.12s', async (name) =>
    expect(await answered(text({ customer: { name: '?', email: 'a@b.example' } }).replace('"?"', `"${name}"`))).toEqual([422, 'invalid-character']),
  )
  test('BI-A27: has a name of 300 characters', async () => expect((await refused(order({ customer: { name: 'x'.repeat(300), email: 'a@b.example' } }))).slice(0, 2)).toEqual([422, 'too-long']))
  test.each(['a@b.example\nBcc: c@d.example', 'a@b@c.example', `${'a'.repeat(250)}@b.example`])('BI-A28: has the e-mail address %j', async (email) =>
    expect((await refused(order({ customer: { name: 'A', email } }))).slice(0, 2)).toEqual([422, 'invalid-email']),
  )
})

describe('BI-A24: the key of a call', () => {
  test('is required, and not too long', async () => {
    expect((await house.place(order(), { key: null })).body).toMatchObject({ status: 400, code: 'idempotency-key-required' })
    expect((await house.place(order(), { key: 'k'.repeat(300) })).body.status).toBe(400)
  })
})

describe('who calls', () => {
  test('has to say so, and may place orders', async () => {
    expect((await house.api.post('/v1/orders', order())).status).toBe(401)
    expect((await house.place(order(), { role: 'picker', name: 'Pia' })).status).toBe(403)
  })
})

test('whatever was sent: nothing was kept, nobody was told, and the house still takes orders', async () => {
  expect(await state()).toBe(before)
  expect(house.app.log.filter((line) => line.includes('"level":50') || line.includes('internal-error'))).toEqual([])
  expect((await house.place(anOrder({ reference: newReference() }))).status).toBe(201)
})
