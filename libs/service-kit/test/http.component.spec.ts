import { beforeAll, describe, expect, test } from '@jest/globals'
import { developmentToken, namespace, request, type StartedService } from '@waybill/testing'
import { createHash, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { sample } from './sample.service.js'

const ns = await namespace()
let service: StartedService
let bearer: string

beforeAll(async () => {
  service = await ns.start(sample)
  bearer = `Bearer ${await developmentToken({ role: 'agent', name: 'Ada' })}`
})

const path = () => `/v1/counters/${randomUUID()}/add`
const good = '{"steps":[{"by":1}]}'

const post = async (body: string | Uint8Array | undefined, headers: Record<string, string> = {}, to = path()) => {
  const answer = await fetch(service.url + to, {
    method: 'POST',
    headers: { authorization: bearer, 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers },
    ...(body === undefined ? {} : { body: body as string }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: JSON.parse(text || 'null') as Record<string, unknown> }
}

const expectProblem = ({ status, headers, body }: Awaited<ReturnType<typeof post>>, expected: number, code: string) => {
  expect([status, body['code']]).toEqual([expected, code])
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(body).toMatchObject({ type: expect.any(String), title: expect.any(String), status: expected, code, retryable: expect.any(Boolean) })
}

describe('a body (bad inputs, group A)', () => {
  test.each([
    ['BI-A1 none', undefined, 400, 'body-required'],
    ['BI-A1 empty', '', 400, 'body-required'],
    ['BI-A2 broken', '{"steps":[', 400, 'malformed-json'],
    ['BI-A2 trailing comma', '{"steps":[],}', 400, 'malformed-json'],
    ['BI-A2 single quotes', "{'steps':[]}", 400, 'malformed-json'],
    ['BI-A4 invalid UTF-8', Buffer.from('{"note":"\xff"}', 'latin1'), 400, 'invalid-encoding'],
    ['BI-A4 UTF-16', Buffer.from(good, 'utf16le'), 400, 'invalid-encoding'],
    ['BI-A7 257 kB', `{"note":"${'x'.repeat(257 * 1024)}"}`, 413, 'body-too-large'],
    ['BI-A8 21 deep', '['.repeat(21), 400, 'json-too-deep'],
    ['BI-A8 20,000 deep', '['.repeat(20_000), 400, 'json-too-deep'],
    ['BI-A9 duplicate key', '{"steps":[],"steps":[]}', 400, 'duplicate-json-key'],
    ['BI-A10 __proto__', '{"__proto__":{"isAdmin":true}}', 400, 'forbidden-key'],
    ['BI-A10 nested constructor', '{"steps":[{"constructor":{}}]}', 400, 'forbidden-key'],
    ['BI-A11 unknown property', '{"steps":[{"by":1}],"isAdmin":true}', 422, 'unknown-property'],
    ['BI-A11 unknown nested property', '{"steps":[{"by":1,"paidAt":1}]}', 422, 'unknown-property'],
    ['BI-A12 list', '[]', 422, 'object-expected'],
    ['BI-A12 null', 'null', 422, 'object-expected'],
    ['BI-A12 text', '"x"', 422, 'object-expected'],
    ['BI-A12 number', '1', 422, 'object-expected'],
    ['BI-A13 missing list', '{}', 422, 'invalid-array'],
    ['BI-A13 empty list', '{"steps":[]}', 422, 'invalid-array'],
    ['BI-A13 object with length', '{"steps":{"length":1}}', 422, 'invalid-array'],
    ['BI-A13 null in list', '{"steps":[null]}', 422, 'object-expected'],
    ['BI-A13 list in list', '{"steps":[[{"by":1}]]}', 422, 'object-expected'],
    ['BI-A14 6 of 5', `{"steps":[${'{"by":1},'.repeat(5)}{"by":1}]}`, 422, 'too-many-items'],
    ...['0', '-1', '-0', '1.5', '"1"', '1e309', '9007199254740993', '2147483648', 'true', 'null', '{}', '[]', '1.0000000000000001'].map(
      (by) => [`BI-A15 ${by}`, `{"steps":[{"by":${by}}]}`, 422, 'invalid-number'] as const,
    ),
    ['BI-A25 NUL', '{"steps":[{"by":1}],"note":"a\\u0000b"}', 422, 'invalid-character'],
    ['BI-A26 lone surrogate', '{"steps":[{"by":1}],"note":"\\ud800"}', 422, 'invalid-character'],
    ['BI-A26 right-to-left override', '{"steps":[{"by":1}],"note":"\u202e"}', 422, 'invalid-character'],
    ['BI-A27 too long', `{"steps":[{"by":1}],"note":"${'x'.repeat(21)}"}`, 422, 'too-long'],
  ] as const)('%s', async (_, body, status, code) => expectProblem(await post(body), status, code))

  test('BI-A3 a byte order mark is stripped', async () => expect((await post(`\ufeff${good}`)).status).toBe(200))

  test.each([
    ['text/plain', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['latin1', { 'content-type': 'application/json; charset=latin1' }],
    ['no type', { 'content-type': '' }],
    ['gzip', { 'content-encoding': 'gzip' }],
    ['an unknown encoding', { 'content-encoding': 'zstd9' }],
  ])('BI-A5, A6: %s is not taken', async (_, headers) => expectProblem(await post(good, headers as Record<string, string>), 415, 'unsupported-media-type'))

  test('says where and what, for each fault', async () => {
    const { body } = await post('{"steps":[{"by":1},{"by":0},{"by":"x"}],"status":"PAID"}')
    expect(body).toMatchObject({
      code: 'invalid-request',
      errors: [{ pointer: '/status', code: 'unknown-property' }, { pointer: '/steps/1/by', code: 'invalid-number' }, { pointer: '/steps/2/by', code: 'invalid-number' }],
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })

  test('BI-A2 says the byte at which it stops being JSON', async () => expect((await post('{"é":x}')).body).toMatchObject({ byteOffset: 6 }))

  test('BI-A7 an endless one is cut at the limit', async () => {
    const chunk = new Uint8Array(64 * 1024).fill(0x20)
    let sent = 0
    const endless = new ReadableStream({
      pull: (controller) => {
        sent += chunk.length
        controller.enqueue(chunk)
        if (sent > 50 * 1024 * 1024) controller.close()
      },
    })
    const answer = await fetch(service.url + path(), {
      method: 'POST', body: endless, duplex: 'half', headers: { authorization: bearer, 'content-type': 'application/json', 'idempotency-key': 'k' },
    } as RequestInit).catch((error: unknown) => error)
    // the answer comes while we still send: some clients read it, some see the connection end
    if (answer instanceof Response) expect(answer.status).toBe(413)
    expect(sent).toBeLessThan(20 * 1024 * 1024)
  })

  test('BI-A7 one that is shorter than it says ends the connection and harms nobody', async () => {
    const { port, hostname } = new URL(service.url)
    const socket = connect(Number(port), hostname)
    socket.write(`POST ${path()} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{`)
    socket.end()
    await new Promise((resolve) => socket.resume().once('close', resolve))
  })

  test('HTTP that is none is answered as a problem', async () => {
    const { port, hostname } = new URL(service.url)
    const socket = connect(Number(port), hostname)
    socket.write('NONSENSE\r\n\r\n')
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 400 [^]*application\/problem\+json[^]*malformed-request/)
  })

  test('an expectation that nobody can meet is refused as a problem', async () => {
    const { port, hostname } = new URL(service.url)
    const socket = connect(Number(port), hostname)
    socket.write(`POST ${path()} HTTP/1.1\r\nHost: x\r\nExpect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}`)
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 417 [^]*application\/problem\+json[^]*expectation-failed/)
  })

  test('of a bulk route may be 4 MB, no more', async () => {
    const body = (bytes: number) => `{"a":"${'x'.repeat(bytes)}"}`
    const as = { authorization: `Bearer ${await developmentToken({ role: 'operator' })}` }
    expect((await post(body(3_900_000), as, '/v1/counters/bulk')).body).toEqual({ keys: 1 })
    expectProblem(await post(body(4_200_000), as, '/v1/counters/bulk'), 413, 'body-too-large')
  })

  test('of a raw route is its bytes, whatever they are', async () => {
    const bytes = Buffer.from('{"a" : 1}\xff', 'latin1')
    const { body } = await post(bytes, { 'content-type': 'text/plain' }, '/v1/counters/raw')
    expect(body['sha256']).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  test('of a file route flows, as CSV or NDJSON only', async () => {
    const as = { authorization: `Bearer ${await developmentToken({ role: 'operator' })}` }
    const file = 'a,b\n'.repeat(2_000_000)
    expect((await post(file, { ...as, 'content-type': 'text/csv' }, '/v1/counters/file')).body).toEqual({ bytes: file.length })
    expectProblem(await post(good, as, '/v1/counters/file'), 415, 'unsupported-media-type')
  })
})

test('after every bad input the process is as well as before', async () => {
  expect((await request(service.url).get('/health/ready')).body).toEqual({ ready: true, reason: null })
  expect((await post(good)).status).toBe(200)
})

describe('idempotency at our API (reliability.md section 4)', () => {
  test('without key: 400', async () => expectProblem(await post(good, { 'idempotency-key': '' }), 400, 'idempotency-key-required'))

  test('300 characters: 400', async () => expectProblem(await post(good, { 'idempotency-key': 'x'.repeat(300) }), 400, 'idempotency-key-invalid'))

  test('the same again: the stored answer, marked', async () => {
    const [to, key] = [path(), randomUUID()]
    const first = await post(good, { 'idempotency-key': key }, to)
    const again = await post(good, { 'idempotency-key': key }, to)
    expect([first.body, first.headers.get('idempotent-replayed')]).toEqual([{ name: to.split('/')[3], value: 1 }, null])
    expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([200, first.body, 'true'])
  })

  test('another body or another path under the key: 422', async () => {
    const [to, key] = [path(), randomUUID()]
    await post(good, { 'idempotency-key': key }, to)
    expectProblem(await post('{"steps":[{"by":2}]}', { 'idempotency-key': key }, to), 422, 'idempotency-key-reused')
    expectProblem(await post(good, { 'idempotency-key': key }, path()), 422, 'idempotency-key-reused')
  })

  test("another client's key is another key", async () => {
    const [to, key] = [path(), randomUUID()]
    await post(good, { 'idempotency-key': key }, to)
    const other = { authorization: `Bearer ${await developmentToken({ role: 'channel', channel: 'web' })}`, 'idempotency-key': key }
    expect((await post(good, other, to)).body['value']).toBe(2)
  })

  test('five at once: one does it, the others are told to wait or get its answer', async () => {
    const [to, key] = [path(), randomUUID()]
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(good, { 'idempotency-key': key }, to)))
    for (const answer of answers)
      if (answer.status === 200) expect(answer.body['value']).toBe(1)
      else {
        expectProblem(answer, 409, 'request-in-progress')
        expect(answer.headers.get('retry-after')).toBe('1')
      }
    expect((await post(good, { 'idempotency-key': key }, to)).body['value']).toBe(1)
  })

  test('what was refused before (400, 401, 413, 415, 422) is not stored: the key is still free', async () => {
    const [to, key] = [path(), randomUUID()]
    for (const bad of ['{', '{}', `{"note":"${'x'.repeat(300_000)}"}`]) await post(bad, { 'idempotency-key': key }, to)
    expect((await post(good, { 'idempotency-key': key }, to)).status).toBe(200)
  })
})

describe('who may do what', () => {
  test('nobody without a token, nor with a bad one', async () => {
    for (const authorization of ['', 'Bearer x', 'Basic eDp5', `${bearer}x`]) expectProblem(await post(good, { authorization }), 401, 'unauthenticated')
  })

  test('a token of another key or without a role is none', async () => {
    const unsigned = `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"x","role":"admin"}').toString('base64url')}.`
    expectProblem(await post(good, { authorization: unsigned }), 401, 'unauthenticated')
  })

  test('not another role, but the administrator always', async () => {
    const as = async (role: 'picker' | 'admin') => post(good, { authorization: `Bearer ${await developmentToken({ role })}` })
    expectProblem(await as('picker'), 403, 'forbidden')
    expect((await as('admin')).status).toBe(200)
  })

  test('a principal is who the token says, a channel with its channel', async () => {
    const { body } = await request(service.url).get('/v1/counters/who', { role: 'channel', channel: 'web' })
    expect(body).toMatchObject({ subject: 'web', role: 'channel', channel: 'web' })
  })

  test('the development issuer gives tokens, and says so loudly', async () => {
    const { body } = await request(service.url).get('/dev/token?role=agent&name=Pia')
    expect((await request(service.url).get('/v1/counters/who', { token: body.token })).body).toEqual({ subject: 'pia', role: 'agent', name: 'Pia' })
    expect(service.log.some((line) => line.includes('DEVELOPMENT ISSUER IS ON'))).toBe(true)
  })

  test('operators see what waits, others do not', async () => {
    expect((await request(service.url).get('/ops/parked', { role: 'picker' })).status).toBe(403)
    expect((await request(service.url).get('/ops/parked', { role: 'operator' })).body).toEqual({ items: [], next: null })
    expect((await request(service.url).get('/ops/quarantine', { role: 'operator' })).body).toEqual({ items: [], next: null })
  })
})

describe('every failure is a problem', () => {
  test.each([
    ['BI-F7 a NUL that got through', '/v1/counters/boom/null', 422, 'invalid-character'],
    ['a number too large for its column', '/v1/counters/boom/overflow', 422, 'invalid-value'],
    ['the 30th of February', '/v1/counters/boom/date', 422, 'invalid-value'],
    ['a defect in SQL', '/v1/counters/boom/defect', 500, 'internal-error'],
    ['a defect', '/v1/counters/boom/x', 500, 'internal-error'],
    ['BI-F7 an id that is none', '/v1/counters/id/1;drop', 400, 'invalid-id'],
    ['BI-F7 a NUL in the path', '/v1/counters/id/%00', 400, 'invalid-id'],
    ['BI-F7 a path that cannot be decoded', '/v1/counters/id/%zz', 400, 'malformed-request'],
    ['nothing there', '/v1/nothing', 404, 'not-found'],
    ['up and out', '/v1/../../etc/passwd', 404, 'not-found'],
  ])('%s', async (_, to, status, code) => {
    const answer = await request(service.url).get(to)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(JSON.stringify(answer.body)).not.toContain('hunter2')
  })

  test('another method: 405 and which there are', async () => {
    const answer = await request(service.url).delete('/v1/counters', { role: 'agent' })
    expect([answer.status, answer.body.code, answer.headers.get('allow')]).toEqual([405, 'method-not-allowed', 'GET, HEAD'])
  })

  test('every answer has its security headers', async () => {
    const { headers } = await request(service.url).get('/v1/nothing')
    expect([headers.get('x-content-type-options'), headers.get('x-frame-options')]).toEqual(['nosniff', 'DENY'])
  })
})

describe('looking in', () => {
  test('numbers, document, statistics', async () => {
    expect((await request(service.url).get('/metrics')).body).toContain('waybill_http_seconds_count')
    const { body: document } = await request(service.url).get('/openapi.json')
    expect(document).toMatchObject({ openapi: '3.1.0', components: { schemas: { AddRequest: { required: ['steps'], additionalProperties: false } } } })
    expect((await request(service.url).get('/ops/stats', { role: 'operator' })).body).toMatchObject({ journalBacklog: 0, parkedKeys: 0, openTasks: 0 })
  })

  test("a trace that began elsewhere goes on, and log lines carry it, but no body and no person's data", async () => {
    const traceId = 'a1'.repeat(16)
    await post('{"steps":[{"by":0}],"note":"Jane Doe"}', { traceparent: `00-${traceId}-${'b2'.repeat(8)}-01` })
    const lines = service.log.filter((line) => line.includes(traceId))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.join()).not.toContain('Jane')
  })
})
