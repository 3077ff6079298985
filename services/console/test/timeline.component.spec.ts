import { beforeAll, describe, expect, it } from '@jest/globals'
import { allEvents, consumers, OrderConfirmed, OrderPlaced, TaskClosed, TaskOpened, type EventDefinition } from '@waybill/contracts'
import { newId } from '@waybill/service-kit'
import { collideEverywhere, eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { service } from '../src/service.js'

const ns = await namespace()
const operator = { role: 'operator', name: 'Otto' } as const
let app: StartedService

beforeAll(async () => {
  app = await ns.start(service)
})

const placed = async (over: Partial<OrderPlaced> = {}): Promise<string> => {
  const order = newId()
  await ns.publish(OrderPlaced, { key: order, subject: order, payload: exampleOf(OrderPlaced, { order, ...over }) })
  return order
}

describe('the console', () => {
  it('tells an order\'s way: who, what, when, why', async () => {
    const order = await placed({ reference: 'W-7' })
    await ns.publish(OrderConfirmed, { key: order, subject: order, payload: exampleOf(OrderConfirmed, { order }) })
    const entries = await eventually(async () => {
      const { body } = await request(app.url).get(`/v1/orders/${order}/timeline`, operator)
      expect(body.items).toHaveLength(2)
      return body.items as { what: string; who: string; at: string }[]
    }, 15_000)
    expect(entries[0]).toMatchObject({ fact: 'OrderPlaced', what: expect.stringContaining('Order W-7 of web-eu placed') as unknown })
    expect((await request(app.url).get(`/v1/orders/${order}`, operator)).body).toMatchObject({ status: 'confirmed', stage: 'confirmed', promisedTo: '2026-12-15' })
    expect((await request(app.url).get('/v1/orders?search=W-7', operator)).body.items).toMatchObject([{ order, reference: 'W-7', units: 3 }])
    expect((await request(app.url).get('/v1/orders?search=W%25', operator)).body.items).toEqual([])
  })

  it('lists what waits for a person, until it is done', async () => {
    const task = newId()
    await ns.publish(TaskOpened, { key: task, subject: task, payload: exampleOf(TaskOpened, { task, kind: 'test' }) })
    await eventually(async () => expect((await request(app.url).get('/v1/tasks?kind=test', operator)).body.items).toMatchObject([{ task, why: exampleOf(TaskOpened).why, service: 'order' }]), 15_000)
    await ns.publish(TaskClosed, { key: task, subject: task, payload: exampleOf(TaskClosed, { task, kind: 'test' }) })
    await eventually(async () => expect((await request(app.url).get('/v1/tasks?kind=test&state=closed', operator)).body.items).toMatchObject([{ task, resolution: 'counted' }]), 15_000)
  })

  it('takes every fact of its list, and builds the same board from what it kept', async () => {
    const handled = consumers['console.main']!.handles
    const order = await placed()
    for (const event of handled) {
      if (['OrderPlaced', 'TaskOpened', 'TaskClosed'].includes(event.name)) continue
      const payload: Record<string, string> = { ...(event.example as Record<string, string>), ...(event.topic.key === 'order' ? { order } : {}) }
      const key = event.topic.key === 'order' ? order : event.topic.noun === 'lane' ? 'BER:DE' : payload[event.topic.key]!
      await ns.publish(event as EventDefinition<object>, { key, subject: event.topic.sequenced ? newId() : key, payload })
    }
    const kept = await eventually(async () => {
      const { body } = await request(app.url).get(`/v1/orders/${order}/timeline`, operator)
      const keyedByOrder = allEvents.filter(({ name, topic }) => topic.key === 'order' && handled.some((each) => each.name === name))
      expect(body.items).toHaveLength(keyedByOrder.length)
      return (await request(app.url).get(`/v1/orders/${order}`, operator)).body
    }, 20_000)
    const rebuilt = await request(app.url).post('/v1/rebuild', {}, { role: 'admin', name: 'Ann' })
    expect(rebuilt.body.facts).toBeGreaterThan(handled.length)
    expect((await request(app.url).get(`/v1/orders/${order}`, operator)).body).toEqual(kept)
  })

  it('medusajs/medusa#2948: keeps each fact once, whichever statement collides with another transaction', async () => {
    const { refused } = await collideEverywhere(async () => {
      const order = await placed()
      await ns.publish(OrderConfirmed, { key: order, subject: order, payload: exampleOf(OrderConfirmed, { order }) })
      await eventually(async () => {
        const { body } = await request(app.url).get(`/v1/orders/${order}/timeline`, operator)
        expect(body.items.map(({ fact }: { fact: string }) => fact)).toEqual(['OrderPlaced', 'OrderConfirmed'])
      }, 20_000)
    })
    expect(refused).toBeGreaterThan(5)
  }, 60_000)

  it('lets nobody in without a role', async () => {
    expect((await request(app.url).get('/v1/board')).status).toBe(401)
    expect((await request(app.url).get('/v1/board', { role: 'picker', name: 'Pia' })).status).toBe(403)
    expect((await request(app.url).get('/')).status).toBe(200)
  })

  it('passes operator tools of a service on, and nothing else', async () => {
    expect((await request(app.url).get('/v1/services/order/v1/products', operator)).status).toBe(404)
    expect((await request(app.url).get('/v1/services/nobody/ops/parked', operator)).status).toBe(404)
  })
})
