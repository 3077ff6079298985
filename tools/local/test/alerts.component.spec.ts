import { beforeAll, expect, test } from '@jest/globals'
import { service as console } from '@waybill/console'
import { OrderConfirmed, OrderPlaced, topics } from '@waybill/contracts'
import { newId } from '@waybill/service-kit'
import { eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { readFileSync } from 'node:fs'

const read = (path: string): string => readFileSync(new URL(`../../../docs/operations/${path}`, import.meta.url), 'utf8')
const rules = read('alerts.yml')
const page = read('parked-messages.md')

const ns = await namespace()
let app: StartedService
beforeAll(async () => {
  app = await ns.start(console)
})

const valueOf = (metrics: string, name: string): number => Number(metrics.split('\n').find((line) => line.startsWith(name))?.split(' ').at(-1) ?? -1)

test('every number that an alert looks at is told by a service, and every alert stands on the page with its threshold', async () => {
  const { body } = await request(app.url).get('/metrics')
  const told = new Set([...String(body).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name))
  expect([...new Set(rules.match(/\bwaybill_\w+/g))].filter((name) => !told.has(name))).toEqual([])
  const alerts = [...rules.matchAll(/alert: (\w+)\n\s+expr: (.*)/g)].map(([, alert = '', expr = '']) => ({ alert, threshold: /[\d.]+$/.exec(expr)?.[0] ?? '' }))
  expect(alerts.length).toBeGreaterThanOrEqual(8)
  for (const { alert, threshold } of alerts) expect(page.split('\n').find((line) => line.includes(`\`${alert}\``))).toContain(threshold === '0' ? '' : threshold)
})

test('they move when something waits, and rest when it does not', async () => {
  const order = newId()
  const metrics = async () => String((await request(app.url).get('/metrics')).body)
  await ns.publish(OrderPlaced, { key: order, subject: order, sequence: 1, payload: exampleOf(OrderPlaced, { order }) })
  await ns.publish(OrderConfirmed, { key: order, subject: order, sequence: 3, payload: exampleOf(OrderConfirmed, { order }) })
  await ns.send(topics.task, { key: 'k', value: '{broken', headers: {} })
  await eventually(async () => {
    const now = await metrics()
    expect([valueOf(now, 'waybill_parked_keys'), valueOf(now, 'waybill_parked{'), valueOf(now, 'waybill_quarantined{'), valueOf(now, 'waybill_parked_stopped_keys')]).toEqual([1, 1, 1, 0])
    expect(valueOf(now, 'waybill_parked_oldest_seconds')).toBeGreaterThan(0)
    expect(valueOf(now, 'waybill_quarantined_oldest_seconds')).toBeGreaterThan(0)
    expect(now).toMatch(/waybill_consumed_total\{type="unreadable",outcome="malformed-json"[^}]*\} 1/)
    expect(now).toMatch(/waybill_alarms_total\{code="sequence-gap"[^}]*\} 1/)
  }, 20_000)
})
