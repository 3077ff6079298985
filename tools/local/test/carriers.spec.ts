import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { eventually } from '@waybill/testing'
import { Webhook } from 'standardwebhooks'
import { scansOf } from '../src/sandbox/carriers/scans.js'
import { type CarriersOptions, startCarriers } from '../src/sandbox/carriers/server.js'
import type { RunningSandbox } from '../src/sandbox/http.js'

const secret = `whsec_${Buffer.from('a secret of the tests').toString('base64')}`
const speed = 2_000_000
const parcel = { sscc: '095287654321012346', weightGrams: 1_200, lengthMm: 300, widthMm: 200, heightMm: 100 }
const address = { name: 'Ada', country: 'DE', postalCode: '10115' }

interface Heard {
  readonly id: string
  readonly body: { readonly data: { readonly status: string; readonly trackingNumber: string } }
}

describe('sandbox carriers', () => {
  let directory: string
  let carriers: RunningSandbox
  let listener: Server
  let refuse = 0
  let heard: Heard[] = []
  const start = async (options: Partial<CarriersOptions> = {}) => {
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hooks`
    carriers = await startCarriers({ directory, port: 0, webhook: { url, secret }, habits: { speed, duplicates: 0, disorder: 0 }, ...options })
  }
  const listen = async (request: IncomingMessage): Promise<number> => {
    const body = await text(request)
    if (refuse > 0) {
      refuse -= 1
      return 503
    }
    // Throws, and so is never heard, when the signature is wrong.
    new Webhook(secret).verify(body, request.headers as Record<string, string>)
    heard.push({ id: String(request.headers['webhook-id']), body: JSON.parse(body) as Heard['body'] })
    return 204
  }
  const post = async (path: string, body: object, key = 'k') => {
    const response = await fetch(`${carriers.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as { label: string; code: string; packages: { trackingNumber: string }[]; priceMinor: number } }
  }
  const buy = (key = 'k', over: object = {}) =>
    post('/v1/labels', { carrier: 'meridian', service: 'road-express', reference: 's-1', from: address, to: address, packages: [parcel], ...over }, key)
  const numberOf = (answer: Awaited<ReturnType<typeof buy>>): string => answer.body.packages[0]?.trackingNumber ?? ''
  const statusesOf = (number: string): string[] => heard.filter(({ body }) => body.data.trackingNumber === number).map(({ body }) => body.data.status)

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-carriers-'))
    heard = []
    refuse = 0
    listener = createServer((request, response) => {
      listen(request).then(
        (status) => response.writeHead(status).end(),
        () => response.writeHead(400).end(),
      )
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    await start()
  })
  afterEach(async () => {
    await carriers.stop()
    listener.closeAllConnections()
    await new Promise((resolve) => listener.close(resolve))
    await rm(directory, { recursive: true })
  })

  test('one label per key, also after a restart; another body is refused', async () => {
    const first = await buy()
    await carriers.stop()
    await start()
    expect(await buy()).toEqual(first)
    expect(await buy('k', { reference: 's-2' })).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } })
    const found = (await (await fetch(`${carriers.url}/v1/labels?key=k`)).json()) as { labels: { label: string }[] }
    expect(found.labels.map(({ label }) => label)).toEqual([first.body.label])
  })

  test('a package is charged by the greater of weight and volume, in whole kilograms', async () => {
    expect((await buy()).body.priceMinor).toBe(890 + 2 * 80)
    expect((await buy('big', { packages: [{ ...parcel, lengthMm: 1_000, widthMm: 500, heightMm: 100 }] })).body.priceMinor).toBe(890 + 10 * 80)
  })

  test.each([
    [{ service: 'teleport' }, 422, 'unknown-service'],
    [{ packages: [{ ...parcel, weightGrams: 40_000 }] }, 422, 'too-heavy'],
    [{ to: { ...address, postalCode: '00000' } }, 409, 'address-not-served'],
    [{ packages: [] }, 422, 'invalid-request'],
  ])('%j is refused, and the key may be used again', async (over, status, code) => {
    expect(await buy('k', over)).toMatchObject({ status, body: { code } })
    expect((await buy()).status).toBe(201)
  })

  test('after hand-over every scan is told in order, signed, and told again until it is taken', async () => {
    refuse = 2
    const number = numberOf(await buy())
    await post('/v1/handovers', { trackingNumbers: [number] })
    await post('/v1/handovers', { trackingNumbers: [number] })
    await eventually(() => expect(statusesOf(number)).toEqual(['accepted', 'in-transit', 'out-for-delivery', 'delivered']), 5_000)
  })

  test('what was not told before a restart is told after it', async () => {
    refuse = Number.POSITIVE_INFINITY
    const number = numberOf(await buy())
    await post('/v1/handovers', { trackingNumbers: [number] })
    await carriers.stop()
    refuse = 0
    await start()
    await eventually(() => expect(statusesOf(number)).toHaveLength(4), 5_000)
  })

  test('duplicates carry the same id', async () => {
    await carriers.stop()
    await start({ habits: { speed, duplicates: 1, disorder: 0 }, handOverAfterMs: 0 })
    const number = numberOf(await buy())
    await eventually(() => expect(statusesOf(number)).toHaveLength(8), 5_000)
    expect(new Set(heard.map(({ id }) => id)).size).toBe(4)
  })

  test('scans in the wrong order keep their times and all come', () => {
    const scans = scansOf('ME1', new Date('2026-11-02T10:00:00Z'), 24, { seed: 1, speed: 1, duplicates: 0, disorder: 1 })
    const told = scans.toSorted((a, b) => a.tellAt.getTime() - b.tellAt.getTime()).map(({ status }) => status)
    expect(told).toEqual(['accepted', 'out-for-delivery', 'in-transit', 'delivered'])
    expect(scans.map(({ at }) => at)).toEqual(scans.map(({ at }) => at).toSorted((a, b) => a.getTime() - b.getTime()))
  })

  test('a voided label cannot be handed over, and a handed-over one not voided', async () => {
    const bought = await buy()
    const { label } = bought.body
    expect((await post('/v1/labels/void', { label }, 'v')).status).toBe(200)
    expect((await post('/v1/labels/void', { label }, 'v')).status).toBe(200)
    expect((await post('/v1/handovers', { trackingNumbers: [numberOf(bought)] })).status).toBe(404)
    const other = await buy('other')
    await post('/v1/handovers', { trackingNumbers: [numberOf(other)] })
    expect(await post('/v1/labels/void', { label: other.body.label }, 'w')).toMatchObject({ status: 409, body: { code: 'handed-over' } })
  })
})
