import { beforeAll, describe, expect, test } from '@jest/globals'
import { service as afterSales } from '@waybill/after-sales'
import { service as console } from '@waybill/console'
import { OrderPlaced } from '@waybill/contracts'
import { service as inventory } from '@waybill/inventory'
import { service as notification } from '@waybill/notification'
import { service as order } from '@waybill/order'
import { newId } from '@waybill/service-kit'
import { service as shipping } from '@waybill/shipping'
import { effectsIn, eventually, exampleOf, keptAtRest, namespace, request, type Response, type StartedService } from '@waybill/testing'
import { service as warehouse } from '@waybill/warehouse'

/*
 * Bad inputs, group F: every GET route of every service, as its own OpenAPI document lists them.
 * Later, with the web application that brings what they are about:
 * BI-F8 stale form and two tabs (no form edits a row yet; the double submit is BI-A24, tried in order), BI-F9 (no cookies, so no forged
 * request carries anybody's rights: a token stands in a header), BI-F10 (no sessions; a token lives 12 h at most and staff login is to come).
 */
const definitions = [order, inventory, warehouse, shipping, afterSales, notification, console]
const ns = await namespace()
const services = new Map<string, StartedService>()
const root = { role: 'admin', name: 'root' } as const
const anId = '01938b1e-7c00-7000-8000-000000000001'

interface Route {
  readonly service: string
  readonly path: string
}
/** Status, pages and documents: they take no parameters, list nothing, and look at none. */
const takesNone = /^\/(ops\/stats|v1\/board|customer\.(css|js)|board\.(css|js)|health\/.*|metrics|openapi\.json|dev\/token|picking|packing|)$/
const routes: Route[] = []

beforeAll(async () => {
  for (const definition of definitions) services.set(definition.name, await ns.start(definition, { env: { CARRIER_WEBHOOK_SECRETS: 'whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHMgb2Ygd2F5YmlsbA==' } }))
  for (const [service, { url }] of services) {
    const { body } = await request(url).get('/openapi.json')
    for (const [path, methods] of Object.entries(body.paths as Record<string, Record<string, unknown>>)) if (methods['get']) routes.push({ service, path })
  }
}, 90_000)

const get = ({ service, path }: Route, rest = '', as: string = anId): Promise<Response> => request(services.get(service)?.url ?? '').get(path.replace(/\{\w+\}/g, as) + rest, root)
const lists = () => routes.filter(({ path }) => !path.includes('{') && !takesNone.test(path))
/** Asks all of them; answers those that did not answer so, as they should with a problem. */
async function others(asked: readonly Route[], codes: readonly string[], ask: (route: Route) => Promise<Response>): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const route of asked) {
    const { status, body, headers } = await ask(route)
    const isProblem = headers.get('content-type')?.startsWith('application/problem+json') === true && status >= 400 && status < 500
    if (!isProblem || !codes.includes((body as { code: string }).code)) wrong.push(`${route.service} ${route.path}: ${status} ${isProblem ? (body as { code: string }).code : ''}`)
  }
  return wrong
}

describe('queries that no list understands', () => {
  test('there are lists to try', () => expect(lists().length).toBeGreaterThan(50))

  test.each(['sort=id;DELETE FROM orders', 'sort=(CASE WHEN 1=1 THEN id END)', 'sort=password', 'sort=id&sort=x'])('BI-F1: ?%s', async (query) =>
    expect(await others(lists(), ['invalid-sort'], (route) => get(route, `?${query}`))).toEqual([]))

  test.each(['limit=-1', 'limit=0', 'limit=1e9', 'limit=abc', 'limit=201', 'limit=', 'limit=1&limit=2', 'offset=999999999'])('BI-F2: ?%s', async (query) =>
    // a list that is not paged knows no limit
    expect(await others(lists(), ['invalid-page', 'invalid-filter'], (route) => get(route, `?${query}`))).toEqual([]))

  test.each(['cursor=x', 'cursor=', `cursor=${Buffer.from(JSON.stringify(['2026-01-01', anId])).toString('base64url')}`, `cursor=${'A'.repeat(2_000)}`])('BI-F3: cursor %#', async (query) =>
    expect(await others(lists(), ['invalid-cursor', 'invalid-filter'], (route) => get(route, `?${query}`))).toEqual([]))

  test.each([
    ['filter[status][$ne]=x'], ['status[]=open'], ['filter[__proto__]=x'], ['__proto__=x'], ['constructor=x'], ['status=open&status=closed'], ['channel=a&channel=b&code=a&code=b&topic=a&topic=b&order=a&order=b'],
    ['isAdmin=true'], ['%00=1'], [Array.from({ length: 500 }, (_, index) => `p${index}=1`).join('&')],
  ])('BI-F4: filter %#', async (query) =>
    expect(await others(lists(), ['invalid-filter'], (route) => get(route, `?${query}`))).toEqual([]))

  test('BI-F4: also where nothing is listed, nested names and hundreds of parameters are refused', async () => {
    const quiet = routes.filter(({ path }) => !path.includes('{') && takesNone.test(path))
    for (const query of ['filter[status][$ne]=x', '__proto__=x', Array.from({ length: 500 }, (_, index) => `p${index}=1`).join('&')]) expect(await others(quiet, ['invalid-filter'], (route) => get(route, `?${query}`))).toEqual([])
  })

  test('BI-F5: a range of ten years, the wrong way round, or of days that are none', async () => {
    const mishandling = { service: 'warehouse', path: '/v1/mishandling' }
    const codeOf = async (query: string) => {
      const { status, body } = await get(mishandling, `?${query}`)
      return [status, (body as { code?: string }).code]
    }
    expect(await codeOf('from=2015-01-01&to=2025-01-01')).toEqual([400, 'range-too-wide'])
    expect(await codeOf('from=2015-01-01')).toEqual([400, 'range-too-wide'])
    expect(await codeOf('from=2026-02-02&to=2026-02-01')).toEqual([400, 'invalid-range'])
    for (const day of ['2026-02-30', '2026-13-01', 'yesterday', "2026-01-01' OR '1'='1"]) expect(await codeOf(`from=${encodeURIComponent(day)}`)).toEqual([400, 'invalid-filter'])
    expect(await codeOf('from=2026-01-01&to=2026-02-01')).toEqual([200, undefined])
  })

  test('BI-F6: a search is literal, and short', async () => {
    const references = ['S%_1', 'SXX1', "S'1", 'S(a+)+$']
    for (const reference of references) {
      const id = newId()
      await ns.publish(OrderPlaced, { key: id, subject: id, payload: exampleOf(OrderPlaced, { order: id, reference }) })
    }
    const orders = { service: 'console', path: '/v1/orders' }
    const found = async (text: string) => ((await get(orders, `?search=${encodeURIComponent(text)}`)).body.items as { reference: string }[]).map(({ reference }) => reference)
    await eventually(async () => expect((await found('S')).sort()).toEqual([...references].sort()), 20_000)
    for (const reference of references) expect(await found(reference)).toEqual([reference])
    for (const text of ['%', '_', 'S_', 'S%X', '.*', '\\', "' OR 1=1 --"]) expect(await found(text)).toEqual([])
    for (const text of ['x'.repeat(201), 'x'.repeat(10_240), 'a\u0000b']) expect((await get(orders, `?search=${encodeURIComponent(text)}`)).body).toMatchObject({ status: 400, code: 'invalid-filter' })
  })

  test.each(['..%2f..%2fetc', '%00', '%252e%252e', "1'%3B--", 'undefined', 'null', '-1', '1e3', 'A'.repeat(300), '%F0%9F%9A%9A', anId.toUpperCase()])('BI-F7: id %#', async (id) => {
    const withId = routes.filter(({ path }) => path.includes('{'))
    expect(withId.length).toBeGreaterThan(20)
    for (const route of withId) {
      const { status } = await get(route, '', id)
      expect([route, status >= 400 && status < 500]).toEqual([route, true])
    }
  })

  test('BI-F7: a slash too many', async () => {
    for (const route of lists()) {
      const { status } = await get({ ...route, path: `${services.get(route.service)?.url ?? ''}/${route.path}` })
      expect([route, [200, 400, 404].includes(status)]).toEqual([route, true])
      expect([route, (await get(route, '/')).status < 500]).toEqual([route, true])
    }
  })
})

test('none of it changed anything, and every service is as well as before', async () => {
  // the orders that were searched for wait for what the other services have not said: their timers go round
  const keptBy = async (database: string) => Object.entries(effectsIn(await keptAtRest(database))).filter(([table]) => table !== 'kit.timers')
  const kept = new Map<string, unknown>()
  for (const [name, { database }] of services) kept.set(name, await keptBy(database))
  for (const query of ['sort=id;DELETE', 'limit=-1', 'cursor=x', 'filter[a]=b', 'from=x&to=y', 'search=%25']) for (const route of routes) await get(route, `?${query}`)
  for (const [name, { database, url, log, fatal }] of services) {
    expect([name, await keptBy(database)]).toEqual([name, kept.get(name)])
    expect([name, (await request(url).get('/health/ready')).status, fatal]).toEqual([name, 200, []])
    expect(log.filter((line) => line.includes('"request failed"'))).toEqual([])
  }
}, 60_000)
