import { beforeAll, describe, expect, it } from '@jest/globals'
import { OrderConfirmed, OrderPlaced, topics } from '@waybill/contracts'
import { newId } from '@waybill/service-kit'
import { eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { service } from '../src/service.js'

const operator = { role: 'operator', name: 'Otto' } as const
const [there, here] = [await namespace(), await namespace()]
/** A service in which messages wait, and the console through which operators see it. */
let waiting: StartedService
let app: StartedService
const [order, other] = [newId(), newId()]

beforeAll(async () => {
  waiting = await there.start(service)
  app = await here.start(service, { env: { PUBLIC_URL_NOTIFICATION: waiting.url, PUBLIC_URL_SHIPPING: 'http://127.0.0.1:9' } })
  for (const id of [order, other]) {
    await there.publish(OrderPlaced, { key: id, subject: id, sequence: 1, payload: exampleOf(OrderPlaced, { order: id }) })
    await there.publish(OrderConfirmed, { key: id, subject: id, sequence: 3, payload: exampleOf(OrderConfirmed, { order: id }) })
  }
  await there.send(topics.task, { key: 'k', value: '{broken', headers: {} })
  await eventually(async () => expect((await request(waiting.url).get('/ops/parked', operator)).body.items).toHaveLength(2), 20_000)
  await eventually(async () => expect((await request(waiting.url).get('/ops/quarantine', operator)).body.items).toHaveLength(1), 20_000)
}, 60_000)

describe('what waits for an operator', () => {
  it('stands in one list for all services, by its cause; a service that does not answer is named', async () => {
    const { status, body } = await request(app.url).get('/v1/held', operator)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      parked: [{ service: 'notification', code: 'sequence-gap', topic: topics.order.name, type: OrderConfirmed.type, keys: 2, messages: 2, stopped: 0, oldestAt: expect.any(String) as unknown }],
      quarantined: [{ service: 'notification', code: 'malformed-json', topic: topics.task.name, records: 1 }],
      unreachable: ['shipping'],
    })
  })

  it('is tried again by its cause in all services at once, with who and why in the history of each message', async () => {
    const api = request(app.url)
    expect((await api.post('/v1/held/retry', { code: 'sequence-gap', why: 'owner is back', service: 'notification', topic: 'oms.stock.v1' }, operator)).body).toEqual({ items: [{ service: 'notification', keys: 0 }] })
    const { status, body } = await api.post('/v1/held/retry', { code: 'sequence-gap', why: 'owner is back' }, operator)
    expect([status, body]).toEqual([200, { items: [{ service: 'notification', keys: 2 }, { service: 'shipping', unreachable: expect.any(String) as unknown }] }])
    await eventually(async () => {
      const history = await api.get(`/v1/services/notification/ops/parked/history?topic=${topics.order.name}&key=${order}`, operator)
      expect(history.body.items).toMatchObject([{ act: 'parked', code: 'sequence-gap' }, { act: 'retry', who: 'operator:Otto', why: 'owner is back' }, { act: 'failed', code: 'sequence-gap', error: 'sequence 3 came after 1' }])
    })
  })

  it('is for operators, who say why and name what there is', async () => {
    const api = request(app.url)
    for (const who of [{ role: 'agent', name: 'Ada' }, { role: 'picker', name: 'Pia' }] as const) {
      expect((await api.get('/v1/held', who)).status).toBe(403)
      expect((await api.post('/v1/held/retry', { code: 'x', why: 'y' }, who)).status).toBe(403)
      expect((await api.get('/v1/services/notification/ops/parked', who)).status).toBe(403)
    }
    expect((await api.post('/v1/held/retry', { code: 'sequence-gap' }, operator)).body).toMatchObject({ status: 422, errors: [{ pointer: '/why', code: 'required' }] })
    expect((await api.post('/v1/held/retry', { code: 'sequence-gap', why: 'x', service: 'nobody' }, operator)).body).toMatchObject({ status: 404, code: 'not-found' })
    expect((await api.get('/v1/held?code=x', operator)).body).toMatchObject({ status: 400, code: 'invalid-filter' })
  })
})
