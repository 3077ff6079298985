import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { edited, type Edit, jsonTextOf, written } from '../json-text.js'
import { type ByteFault, byteFaults, damaged, oddEdits } from '../odd.js'
import type { Pool } from './pool.js'
import type { Route } from './routes.js'
import { valueOf } from './value-of-schema.js'
import { type Framing, framings, type WireRequest } from './wire.js'

/** Who asks, what opens the doors, and what signs a carrier's message. */
export interface Keys {
  /** By role; `expired` and `foreign` are no role and open nothing. */
  readonly tokens: Readonly<Record<string, string>>
  /** As in Standard Webhooks: `whsec_` and base64. */
  readonly webhookSecret: string
}

/** A request as it is thought of: smaller ones are simpler, so that a failure is told by its smallest. */
export interface Plan {
  readonly as: string
  readonly ids: readonly string[]
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly key: string | undefined
  readonly content: Content
  readonly edits: readonly Edit[]
  readonly bytes: ByteFault | undefined
  readonly headers: readonly OddHeader[]
  readonly framing: Framing | undefined
}

type Content = { readonly json: unknown } | { readonly text: string; readonly type: string } | undefined

const uuids = fc.uuid()
const oddIds: readonly string[] = [
  'x', '0', '-1', '1e9', '999999999999999999', '9999999999999999999', 'null', 'undefined', '%00', '%00%00', 'a%00b', '..', '../..', '..%2f..%2fetc%2fpasswd', '%2e%2e', '%ff', '%', '%zz', '%c3%28', '%ed%a0%80', '%e2%80%ae', '%F0%9F%92%A9',
  '[object%20Object]', "'%20OR%201=1--", '%27', '*', '__proto__', 'constructor', '%20', '%0d%0aSet-Cookie:x=1', ';', '?', '#', ':id', '{id}', '@', '%5B%5D', '00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', '01938b1e-7c00-7000-8000-00000000000g',
  '01938b1e7c0070008000000000000001', '%7B01938b1e-7c00-7000-8000-000000000001%7D', '----------------------------------' + '--', 'x'.repeat(100), 'x'.repeat(600), 'x'.repeat(10_000), '', 'DE', 'BER', 'picking.js', 'ops/stats', 'v1/orders',
]
const oddNames = ['fuzz', 'filter[__proto__]', 'filter[status][$ne]', '__proto__', 'constructor', 'limit[]', 'sort', 'order', 'offset', 'a'.repeat(3_000), '%00', '%ff', ''] as const
const oddQueryValues = ['', '-1', '0', '1e9', 'abc', '201', '99999999999999999999', '1;DELETE', '%00', '%ff', '%', '%ed%a0%80', '%e2%80%ae', '*', '%25', '_', "'", '%27%20OR%201=1', '../', 'null', 'true', 'x'.repeat(201), 'x'.repeat(9_000), 'id;DELETE', '(CASE%20WHEN%201=1)', 'e30', 'AAAAAAAAAAAAAAAAAAAAAAAA', '2026-02-30', '9999-12-31', '------------------------------------', '(a%2B)%2B$', '%F0%9F%92%A9', '0000-00-00', '%0a'] as const

const oddHeaders = [
  'type-text', 'type-form', 'type-none', 'type-latin-1', 'type-utf-16', 'type-problem', 'type-long', 'type-csv', 'type-ndjson', 'type-twice', 'multipart',
  'gzip', 'gzip-bomb', 'br', 'identity', 'encoding-odd', 'if-match', 'if-match-star', 'if-none-match', 'range', 'accept', 'expect', 'expect-odd', 'method-override', 'cookie', 'forwarded', 'traceparent', 'traceparent-odd',
  'no-authorization', 'basic', 'bearer-alone', 'bearer-garbage', 'bearer-none', 'bearer-long', 'bearer-twice', 'bearer-bytes', 'long', 'many', 'bytes', 'name-odd', 'upgrade', 'transfer-odd', 'host-odd', 'signature-odd', 'signature-old', 'content-length-header',
] as const
type OddHeader = (typeof oddHeaders)[number]

const oddKeys: readonly (string | undefined)[] = [undefined, '', ' ', 'x'.repeat(129), 'x'.repeat(300), 'ключ', 'a b', '\u0001', 'fuzz-reused-1', 'fuzz-reused-2', 'fuzz-reused-3']

/** Requests to this route: a third as they should be, the rest with something wrong about them. */
export function plansFor(route: Route, pool: Pool): fc.Arbitrary<Plan> {
  const good = {
    as: fc.constantFrom(...(route.roles ?? ['admin']), 'admin', 'admin', 'admin'),
    ids: fc.tuple(...parametersOf(route).map((name) => idsFor(route, name, pool))),
    query: queryFor(route, pool),
    key: uuids,
    content: contentFor(route, pool),
    edits: fc.constant<readonly Edit[]>([]),
    bytes: fc.constant(undefined),
    headers: fc.constant<readonly OddHeader[]>([]),
    framing: fc.constant(undefined),
  }
  const rarely = <T>(arbitrary: fc.Arbitrary<T>, otherwise: fc.Arbitrary<T>, part: number): fc.Arbitrary<T> => fc.oneof({ weight: Math.round((1 - part) * 100), arbitrary: otherwise }, { weight: Math.round(part * 100), arbitrary })
  const odd = {
    ...good,
    as: rarely(fc.constantFrom('channel', 'agent', 'operator', 'receiver', 'picker', 'packer', 'carrier', 'expired', 'foreign'), good.as, 0.2),
    ids: fc.tuple(...parametersOf(route).map((name) => rarely(fc.constantFrom(...oddIds), idsFor(route, name, pool), 0.3))),
    query: rarely(oddQueryFor(route, pool), good.query, route.method === 'GET' ? 0.7 : 0.15),
    key: rarely(fc.constantFrom(...oddKeys), fc.oneof(uuids), 0.12),
    edits: rarely(oddEdits, good.edits, 0.65),
    bytes: rarely(fc.constantFrom(undefined, ...byteFaults), good.bytes, 0.12),
    headers: rarely(fc.array(fc.constantFrom(...oddHeaders), { minLength: 1, maxLength: 2 }), good.headers, 0.2),
    framing: rarely(fc.constantFrom(undefined, ...framings), good.framing, 0.04),
  }
  return fc.oneof({ weight: 1, arbitrary: fc.record(good) }, { weight: 2, arbitrary: fc.record(odd) })
}

const parametersOf = ({ path }: Route): readonly string[] => [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? '')

function idsFor(route: Route, name: string, pool: Pool): fc.Arbitrary<string> {
  // a link is good on its own pages alone
  const links = name === 'token' ? pool.of(`link ${/\/(pay|t|track|f|feedback|r|returns)\b/.exec(route.path)?.[1] ?? ''}`) : []
  const before = route.path.split(`/{${name}}`)[0]?.split('/').at(-1) ?? ''
  const named = name === 'service' ? ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification'] : name === 'path' ? ['ops/stats', 'ops/parked', 'ops/quarantine', 'v1/orders', 'v1/stock', 'v1/fulfillments', 'v1/returns', 'v1/messages'] : name === 'connection' ? ['sandbox'] : name === 'file' ? ['picking.js', 'packing.js', 'floor.css'] : []
  const met = [...links, ...named, ...(name === 'id' ? pool.idsOf(before) : pool.of(name, before))].map((id) => encodeURIComponent(String(id)).replaceAll('%2F', name === 'path' ? '/' : '%2F'))
  return met.length === 0 ? uuids : fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...met) }, { weight: 1, arbitrary: uuids })
}

const queryNames = ({ query, path, service }: Route, pool: Pool): readonly string[] => [...query, ...pool.of(`parameters ${service} ${path}`).map(String)]

/** What a list is asked for: filters with values it has, a page size, a cursor that it gave. */
function queryFor(route: Route, pool: Pool): fc.Arbitrary<readonly (readonly [string, string])[]> {
  const names = queryNames(route, pool)
  if (names.length === 0) return fc.constant([])
  const parameter = fc.constantFrom(...names).chain((name) => {
    const met = name === 'cursor' ? pool.of(`next ${route.service} ${route.path}`) : pool.of(name)
    return fc.tuple(fc.constant(name), met.length === 0 ? fc.constantFrom('1', 'open', 'web-eu') : fc.constantFrom(...met).map((value) => encodeURIComponent(String(value))))
  })
  return fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.uniqueArray(parameter, { maxLength: 3, selector: ([name]) => name }) })
}

function oddQueryFor(route: Route, pool: Pool): fc.Arbitrary<readonly (readonly [string, string])[]> {
  const names = queryNames(route, pool)
  const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...(names.length === 0 ? ['limit'] : names)) }, { weight: 1, arbitrary: fc.constantFrom(...oddNames) })
  const value = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...oddQueryValues) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())) })
  return fc.oneof({ weight: 12, arbitrary: fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 3 }) }, { weight: 1, arbitrary: fc.constant(Array.from({ length: 500 }, (_, index) => [`p${index}`, '1'] as const)) })
}

function contentFor(route: Route, pool: Pool): fc.Arbitrary<Content> {
  if (route.files.length > 0) return fileFor(pool)
  const schema = route.body ?? (route.headers.includes('webhook-signature') ? scanSchema : route.path.endsWith('/done') ? { type: 'object', required: ['service', 'resolution'], properties: { service: { enum: ['order', 'inventory', 'warehouse', 'shipping'] }, resolution: { type: 'string' } } } : undefined)
  if (schema !== undefined) {
    const fresh = valueOf(schema, route.family, { pool, definitions: route.definitions, family: familyOfRows(route) }).map((json) => ({ json }))
    const taken = pool.of(takenBy(route))
    return taken.length === 0 ? fresh : fc.oneof({ weight: 1, arbitrary: fresh }, { weight: 2, arbitrary: fc.constantFrom(...taken).chain((json) => fc.uuid().map((id) => ({ json: renewed(json, id) }))) })
  }
  // a body where none is asked for
  return route.method === 'GET' ? fc.oneof({ weight: 20, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant({ json: {} }) }) : fc.constantFrom(undefined, { json: {} })
}

/** Where the bodies are kept that this route has taken: they lead furthest, and so do those that differ a little. */
export const takenBy = ({ service, method, path }: Route): string => `taken by ${service} ${method} ${path}`

/** What was taken once, as somebody else's or as a second one. */
function renewed(json: unknown, id: string): unknown {
  if (Array.isArray(json)) return json.map((item) => renewed(item, id))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, (name === 'reference' || name === 'scanId') && typeof value === 'string' ? `R-${id.slice(0, 13)}` : renewed(value, id)]))
}

/** Rows of `POST /v1/bins/import` are what `GET /v1/bins` lists. */
const familyOfRows = ({ path, family }: Route): string => (family === 'import' ? (path.split('/').at(-2) ?? family) : family)

const scanSchema = {
  type: 'object',
  required: ['type', 'data'],
  properties: {
    type: { enum: ['tracking.scan', 'tracking.scan', 'other'] },
    data: {
      type: 'object',
      required: ['trackingNumber', 'status', 'at'],
      properties: { carrier: { type: 'string' }, trackingNumber: { type: 'string' }, status: { enum: ['in-transit', 'out-for-delivery', 'delivered', 'failed', 'lost', 'returned', 'handed-over'] }, at: { type: 'string', format: 'date-time' }, reason: { type: 'string' }, place: { type: 'string' } },
    },
  },
}

const columns = ['channel', 'reference', 'customerName', 'email', 'street', 'city', 'country', 'product', 'units'] as const
const cell = fc.oneof({ weight: 12, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constantFrom('"', '""', '"a', 'a"b', ';', '\t', '\r', '\u0000', '\ufeff', '=1+1', 'x'.repeat(70_000), '1.234,56', '-1', '1e309', '💥', 'é') })

/** A file of orders, as CSV or as lines of JSON. */
function fileFor(pool: Pool): fc.Arbitrary<Content> {
  const order = fc.record({ reference: fc.uuid().map((id) => `F-${id.slice(0, 8)}`), product: fc.constantFrom(...pool.of('product'), 'P-001'), units: fc.integer({ min: 0, max: 5 }), odd: fc.tuple(fc.nat({ max: columns.length - 1 }), cell) })
  const rows = fc.array(order, { maxLength: 4 }).map((orders) => orders.map(({ reference, product, units, odd: [place, text] }) => ['web-eu', reference, 'Ada', 'ada@example.com', 'Main Street 1', 'Berlin', 'DE', String(product), String(units)].map((value, at) => (at === place && text !== '' ? text : value))))
  const csv = fc.tuple(rows, fc.constantFrom(',', ';', '\t', '|'), fc.constantFrom('\n', '\r\n', '\r')).map(([all, mark, end]) => ({ text: [columns, ...all].map((row) => row.join(mark)).join(end), type: 'text/csv' }))
  const lines = rows.map((all) => ({ text: all.map(([channel, reference, name, email, street, city, country, product, units]) => JSON.stringify({ channel, reference, customer: { name, email }, deliveryAddress: { street, city, country }, lines: [{ product, units: Number(units) }] })).join('\n'), type: 'application/x-ndjson' }))
  return fc.oneof(csv, lines)
}

/** The bytes of a plan. */
export function wireOf(route: Route, plan: Plan, keys: Keys): WireRequest {
  const ids = [...plan.ids]
  const path = route.path.replace(/\{[^}]+\}/g, () => ids.shift() ?? '')
  const query = plan.query.map(([name, value]) => `${name}=${value}`).join('&')
  const body = bodyOf(plan)
  const headers = new Map<string, readonly string[]>([['authorization', [`Bearer ${keys.tokens[plan.as] ?? ''}`]]])
  if (plan.content !== undefined) headers.set('content-type', ['json' in plan.content ? 'application/json' : plan.content.type])
  if (route.needsKey && plan.key !== undefined) headers.set('idempotency-key', [plan.key])
  if (route.headers.includes('webhook-signature')) for (const [name, value] of signed(body ?? Buffer.alloc(0), plan, keys.webhookSecret)) headers.set(name, [value])
  let sent = body
  for (const odd of plan.headers) sent = withOddHeader(headers, odd, sent, keys)
  return { url: route.url, method: route.method, target: query === '' ? path : `${path}?${query}`, headers: [...headers].flatMap(([name, values]) => values.map((value) => [name, value] as const)), body: sent, framing: plan.framing }
}

function bodyOf({ content, edits, bytes }: Plan): Buffer | undefined {
  if (content === undefined) return undefined
  const text = 'json' in content ? written(edited(jsonTextOf(content.json), edits)) : content.text
  return bytes === undefined ? Buffer.from(text) : damaged(text, bytes)
}

function signed(body: Buffer, { key, headers }: Plan, secret: string): readonly (readonly [string, string])[] {
  const id = key ?? 'none'
  const at = String(Math.floor(Date.now() / 1000) - (headers.includes('signature-old') ? 301 : 0))
  const signature = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).update(`${id}.${at}.`).update(body).digest('base64')
  return [['webhook-id', id], ['webhook-timestamp', at], ['webhook-signature', headers.includes('signature-odd') ? 'v1,x' : `v1,${signature}`]]
}

/** Changes headers, and the body where the header speaks of it. */
function withOddHeader(headers: Map<string, readonly string[]>, odd: OddHeader, body: Buffer | undefined, { tokens }: Keys): Buffer | undefined {
  const set = (name: string, ...values: readonly string[]): undefined => void headers.set(name, values)
  const plain: Readonly<Partial<Record<OddHeader, readonly [name: string, ...values: readonly string[]]>>> = {
    'type-text': ['content-type', 'text/plain'], 'type-form': ['content-type', 'application/x-www-form-urlencoded'], 'type-latin-1': ['content-type', 'application/json; charset=latin1'], 'type-utf-16': ['content-type', 'application/json; charset=utf-16'],
    'type-problem': ['content-type', 'application/problem+json'], 'type-long': ['content-type', `application/json; ${'a'.repeat(2_000)}`], 'type-csv': ['content-type', 'text/csv; charset=utf-8'], 'type-ndjson': ['content-type', 'application/x-ndjson'], 'type-twice': ['content-type', 'application/json', 'text/plain'],
    multipart: ['content-type', 'multipart/form-data; boundary=x'], br: ['content-encoding', 'br'], identity: ['content-encoding', 'identity'], 'encoding-odd': ['content-encoding', 'gzip, gzip'],
    'if-match': ['if-match', '"garbage'], 'if-match-star': ['if-match', '*'], 'if-none-match': ['if-none-match', '*'], range: ['range', 'bytes=0-0,-1'], accept: ['accept', 'image/png;q=x'], expect: ['expect', '100-continue'], 'expect-odd': ['expect', '200-maybe'],
    'method-override': ['x-http-method-override', 'DELETE'], cookie: ['cookie', 'a=b; __proto__=c; ='], forwarded: ['x-forwarded-for', '"><script>'], traceparent: ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'], 'traceparent-odd': ['traceparent', '00-00-00-zz'],
    basic: ['authorization', 'Basic YTpi'], 'bearer-alone': ['authorization', 'Bearer'], 'bearer-garbage': ['authorization', 'Bearer a.b.c'], 'bearer-none': ['authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwicm9sZSI6ImFkbWluIn0.'], 'bearer-long': ['authorization', `Bearer ${'a'.repeat(10_000)}`],
    'bearer-twice': ['authorization', `Bearer ${tokens['admin']}`, `Bearer ${tokens['picker']}`], 'bearer-bytes': ['authorization', 'Bearer \xff\xfe'], long: ['x-long', 'a'.repeat(20_000)], many: ['x-many', ...Array.from({ length: 300 }, () => 'a')], bytes: ['x-bytes', '\x01\x7f\xff'], 'name-odd': ['x y(', 'a'],
    upgrade: ['upgrade', 'websocket'], 'transfer-odd': ['transfer-encoding', 'gzip, chunked'], 'host-odd': ['x-forwarded-host', 'evil.example:0'], 'content-length-header': ['content-length ', '5'],
  }
  const change = plain[odd]
  if (change !== undefined) {
    const [name, ...values] = change
    set(name, ...values)
    return body
  }
  if (odd === 'no-authorization') headers.delete('authorization')
  if (odd === 'type-none') headers.delete('content-type')
  if (odd !== 'gzip' && odd !== 'gzip-bomb') return body
  set('content-encoding', 'gzip')
  return odd === 'gzip' ? gzipSync(body ?? '') : gzipSync(Buffer.alloc(5_000_000))
}


