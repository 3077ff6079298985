import { expect, test } from '@jest/globals'
import { faultOf } from './judge.js'
import type { Route } from './routes.js'
import type { Framing, WireRequest } from './wire.js'

const route: Route = {
  service: 'order', url: 'http://127.0.0.1:1', method: 'POST', path: '/v1/orders', family: 'orders', roles: ['agent'], needsKey: true, body: undefined, files: [], query: [], headers: [], weight: 1,
  answers: new Map([[200, { type: 'object', required: ['order'] }]]), definitions: {},
}
const wire = (framing?: Framing): WireRequest => ({ url: route.url, method: route.method, target: route.path, headers: [], body: undefined, framing })
const problem = (code: string, status: number, more: object = {}) => ({ type: `https://waybill.dev/problems/${code}`, title: 'No', status, code, retryable: false, ...more })

function kindOf(status: number, body: unknown, { type = status < 400 ? 'application/json' : 'application/problem+json', ms = 5, headers = {}, of = route }: { type?: string; ms?: number; headers?: Record<string, string>; of?: Route } = {}): string | undefined {
  return faultOf(of, wire(), { answer: { status, headers: { 'content-type': type, ...headers }, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }, ms })?.kind
}

test('what is as it should be is no fault', () => {
  expect(kindOf(200, { order: 'x' })).toBeUndefined()
  expect(kindOf(404, problem('order-not-found', 404))).toBeUndefined()
  expect(kindOf(503, problem('overloaded', 503), { headers: { 'retry-after': '2' } })).toBeUndefined()
  expect(kindOf(404, '<!doctype html>', { type: 'text/html; charset=utf-8', of: { ...route, path: '/t/{token}' } })).toBeUndefined()
  expect(faultOf(route, wire('cut'), { silence: 'closed', why: 'cut by us', ms: 1 })).toBeUndefined()
})

test.each([
  ['500', 500, problem('internal-error', 500), {}],
  ['503', 503, problem('overloaded', 503), {}],
  ['502', 502, problem('service-unreachable', 502), {}],
  ['slow', 200, { order: 'x' }, { ms: 60_000 }],
  ['not-json', 200, '{"order":', {}],
  ['not-as-documented', 200, { id: 'x' }, {}],
  ['no-problem', 400, '<html>', { type: 'text/html' }],
  ['bad-problem', 400, { code: 'malformed-json' }, {}],
  ['unknown-code', 400, problem('never-heard-of', 400), {}],
  ['other-status', 400, problem('order-not-found', 400), {}],
  ['refused-late', 422, problem('invalid-character', 422), {}],
  ['tells-inwards', 400, problem('malformed-json', 400, { detail: 'relation "orders" does not exist' }), {}],
])('%s is told', (kind, status, body, how) => {
  expect(kindOf(status, body, how)).toBe(kind)
})

test('silence is a fault where the request was HTTP, and waiting for ever always is', () => {
  expect(faultOf(route, wire(), { silence: 'closed', why: 'closed without an answer', ms: 1 })?.kind).toBe('no-answer')
  expect(faultOf(route, wire('cut'), { silence: 'late', why: 'no end', ms: 30_000 })?.kind).toBe('hangs')
})
