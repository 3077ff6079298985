import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { RunningSandbox } from '../src/sandbox/http.js'
import { type PaymentProviderOptions, defaultPaymentKey, startPaymentProvider } from '../src/sandbox/payment-provider/server.js'

describe('sandbox payment provider', () => {
  let directory: string
  let provider: RunningSandbox
  let keys = 0
  let today = new Date('2026-11-02T10:00:00Z')
  const start = async (options: Partial<PaymentProviderOptions> = {}) => {
    provider = await startPaymentProvider({ directory, port: 0, slowMs: 50, hangMs: 50, now: () => today, ...options })
  }
  const post = async (path: string, body: object, key = `key-${(keys += 1)}`) => {
    const response = await fetch(`${provider.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${defaultPaymentKey}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Record<string, string & number> }
  }
  const get = async (path: string) =>
    (await fetch(`${provider.url}${path}`, { headers: { authorization: `Bearer ${defaultPaymentKey}` } })).json() as Promise<{ operations: object[] }>
  const authorize = (token = 'tok_ok', amountMinor = 1_000, key?: string) =>
    post('/v1/authorizations', { token, amountMinor, currency: 'EUR', reference: 'order-1' }, key)
  const capture = (authorization: unknown, amountMinor: number, key?: string) => post('/v1/captures', { authorization, amountMinor }, key)

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-payments-'))
    today = new Date('2026-11-02T10:00:00Z')
    await start()
  })
  afterEach(async () => {
    await provider.stop()
    await rm(directory, { recursive: true })
  })

  test('the same key gives the same answer and one operation, also at the same time and after a restart', async () => {
    const answers = await Promise.all([authorize('tok_ok', 500, 'k'), authorize('tok_ok', 500, 'k')])
    await provider.stop()
    await start()
    answers.push(await authorize('tok_ok', 500, 'k'))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect((await get('/v1/ledger')).operations).toHaveLength(1)
  })

  test('the same key with another body is refused and changes nothing', async () => {
    await authorize('tok_ok', 500, 'k')
    expect(await authorize('tok_ok', 501, 'k')).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } })
    expect((await get('/v1/ledger')).operations).toHaveLength(1)
  })

  test('captures in parts never take more than was authorized, also at the same time', async () => {
    const { body } = await authorize('tok_ok', 1_000)
    const answers = await Promise.all([400, 400, 400].map((amount) => capture(body.authorization, amount)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 402])
    expect((await capture(body.authorization, 200)).status).toBe(201)
    expect(await capture(body.authorization, 1)).toMatchObject({ status: 402, body: { code: 'amount-exceeds-authorized' } })
  })

  test('refunds never give back more than was captured, of a capture or of an authorization', async () => {
    const { body } = await authorize('tok_ok', 1_000)
    const first = await capture(body.authorization, 300)
    await capture(body.authorization, 200)
    expect(await post('/v1/refunds', { capture: first.body.capture, amountMinor: 301 })).toMatchObject({ status: 402, body: { code: 'amount-exceeds-captured' } })
    expect((await post('/v1/refunds', { capture: first.body.capture, amountMinor: 250 })).status).toBe(201)
    expect((await post('/v1/refunds', { authorization: body.authorization, amountMinor: 251 })).status).toBe(402)
    expect((await post('/v1/refunds', { authorization: body.authorization, amountMinor: 250 })).status).toBe(201)
    expect((await post('/v1/refunds', { capture: first.body.capture, amountMinor: 1 })).status).toBe(402)
  })

  test('a void releases what was not captured, and ends captures', async () => {
    const { body } = await authorize('tok_ok', 1_000)
    await capture(body.authorization, 300)
    expect(await post('/v1/voids', { authorization: body.authorization })).toMatchObject({ status: 201, body: { amountMinor: 700 } })
    expect(await capture(body.authorization, 1)).toMatchObject({ status: 402, body: { code: 'authorization-voided' } })
    expect((await post('/v1/voids', { authorization: body.authorization })).status).toBe(402)
  })

  test('an authorization ends after seven days', async () => {
    const { body } = await authorize()
    today = new Date('2026-11-09T09:59:59Z')
    expect((await capture(body.authorization, 1)).status).toBe(201)
    today = new Date('2026-11-09T10:00:00Z')
    expect(await capture(body.authorization, 1)).toMatchObject({ status: 402, body: { code: 'authorization-expired' } })
  })

  test.each([
    ['tok_declined', { code: 'card-declined', retryable: false }],
    ['tok_insufficient', { code: 'insufficient-funds', retryable: true }],
  ])('%s is declined', async (token, body) => {
    expect(await authorize(token)).toMatchObject({ status: 402, body })
  })

  test('tok_slow answers late, tok_unavailable at the third time', async () => {
    expect((await authorize('tok_slow')).status).toBe(201)
    const statuses = []
    for (let i = 0; i < 3; i += 1) statuses.push((await authorize('tok_unavailable', 1, 'k')).status)
    expect(statuses).toEqual([503, 503, 201])
  })

  test('tok_500_done and tok_timeout_done are done though nobody was told', async () => {
    expect((await authorize('tok_500_done', 1, 'a')).status).toBe(500)
    await expect(authorize('tok_timeout_done', 1, 'b')).rejects.toThrow('fetch failed')
    for (const key of ['a', 'b']) expect((await get(`/v1/operations?key=${key}`)).operations).toMatchObject([{ key, status: 'succeeded' }])
    expect([(await authorize('tok_500_done', 1, 'a')).status, (await authorize('tok_timeout_done', 1, 'b')).status]).toEqual([201, 201])
    expect((await get('/v1/operations?key=never')).operations).toEqual([])
  })

  test('tok_capture_fails and tok_refund_fails_once', async () => {
    const failing = await authorize('tok_capture_fails')
    expect(await capture(failing.body.authorization, 1)).toMatchObject({ status: 402, body: { code: 'capture-refused' } })
    const { body } = await authorize('tok_refund_fails_once')
    await capture(body.authorization, 100)
    const refund = { authorization: body.authorization, amountMinor: 100 }
    expect(await post('/v1/refunds', refund, 'r1')).toMatchObject({ status: 402, body: { code: 'refund-refused', retryable: true } })
    expect((await post('/v1/refunds', refund, 'r1')).status).toBe(402)
    expect((await post('/v1/refunds', refund, 'r2')).status).toBe(201)
  })

  test.each([
    ['/v1/authorizations', { token: 'tok_ok', amountMinor: 0, currency: 'EUR', reference: 'r' }],
    ['/v1/authorizations', { token: 'tok_ok', amountMinor: 1.5, currency: 'EUR', reference: 'r' }],
    ['/v1/authorizations', { token: 'tok_ok', amountMinor: 1, currency: 'euro', reference: 'r' }],
    ['/v1/captures', { amountMinor: 1 }],
    ['/v1/refunds', { amountMinor: 1 }],
  ])('%s refuses what it does not understand, and the key may be used again', async (path, body) => {
    expect((await post(path, body, 'k')).status).toBe(422)
    expect((await authorize('tok_ok', 1, 'k')).status).toBe(201)
  })

  test('nobody comes in without the key', async () => {
    expect((await fetch(`${provider.url}/v1/ledger`)).status).toBe(401)
  })

  test('half a ledger line, left by a kill, is cut off and nothing else is lost', async () => {
    const { body } = await authorize('tok_ok', 500, 'k')
    await provider.stop()
    const file = join(directory, 'payments.jsonl')
    const whole = await readFile(file)
    await writeFile(file, Buffer.concat([whole, Buffer.from('{"seq":2,"operation":"au')]))
    await start()
    expect((await capture(body.authorization, 500)).status).toBe(201)
    await provider.stop()
    await truncate(file, whole.length)
    await start()
    expect((await get('/v1/ledger')).operations).toHaveLength(1)
  })
})
