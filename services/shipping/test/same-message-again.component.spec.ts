import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  consumers,
  DeliveryDetailsErased,
  DeliveryDetailsSet,
  FulfillmentHandedOver,
  FulfillmentPacked,
  FulfillmentRejected,
  FulfillmentRequested,
  FulfillmentShortPicked,
  LocationPublished,
  ProductPublished,
  type EventDefinition,
} from '@waybill/contracts'
import { deliverAgain, effectsIn, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { startCarriers } from '../../../tools/local/src/sandbox/carriers/server.js'
import { service } from '../src/service.js'
import { aLaneRow, newOrder } from './floor.js'

const ns = await namespace()
let directory: string
let carriers: Awaited<ReturnType<typeof startCarriers>>
let replicas: [StartedService, StartedService]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shipping-again-'))
  carriers = await startCarriers({ directory, port: 0 })
  const database = await ns.database(service)
  // the lane stands before all else: every fact then has its whole effect at once
  const start = () => ns.start(service, { database, env: { CARRIER_URL: carriers.url, CARRIER_WEBHOOK_SECRETS: `whsec_${Buffer.from('nobody signs here').toString('base64')}` } })
  replicas = [await start(), await start()]
  const lanes = await request(replicas[0].url).post('/v1/lanes/import', { rows: [aLaneRow()] }, { role: 'operator' })
  expect(lanes.status).toBe(200)
})

afterAll(async () => {
  await carriers.stop()
  await rm(directory, { recursive: true, force: true })
})

const [sent, short, rejected] = [newOrder(), newOrder(), newOrder()]
const example = exampleOf(FulfillmentPacked)
const of = ({ order, fulfillment }: typeof sent) => ({ order, fulfillment })
const told = <P>(event: EventDefinition<P>, key: string, subject: string, over: object): [string, EventDefinition, object] => [
  event.name,
  event as EventDefinition,
  { key, subject, payload: exampleOf(event, over as Partial<P>) },
]

/** In the order in which they make sense; each builds on those before. */
const story = [
  told(ProductPublished, 'P-100', 'P-100', {}),
  told(LocationPublished, 'BER', 'BER', {}),
  told(FulfillmentRequested, sent.order, sent.order, of(sent)),
  told(DeliveryDetailsSet, sent.order, sent.order, { order: sent.order }),
  told(FulfillmentPacked, sent.order, sent.fulfillment, { ...of(sent), packages: example.packages.map((each) => ({ ...each, sscc: sent.sscc })) }),
  told(FulfillmentHandedOver, sent.order, sent.fulfillment, { ...of(sent), packages: [sent.sscc] }),
  told(DeliveryDetailsErased, sent.order, sent.order, { order: sent.order }),
  told(FulfillmentShortPicked, short.order, short.fulfillment, of(short)),
  told(FulfillmentRejected, rejected.order, rejected.fulfillment, of(rejected)),
]

describe('the very same message again, alone and three at once over two replicas', () => {
  it('is tried with every type that shipping handles', () => {
    expect(story.map(([name]) => name).sort()).toEqual(consumers['shipping.main']!.handles.map(({ name }) => name).sort())
  })

  it.each(story)('%s has one effect', async (_name, event, fact) => {
    const { before, once, again } = await deliverAgain(ns, replicas, event, fact as Parameters<typeof ns.publish>[1])
    expect(effectsIn(once)).not.toEqual(effectsIn(before))
    expect(again).toEqual(once)
  })

  it('one label was bought, and it was handed to the carrier once', async () => {
    const { entries } = (await request(carriers.url).get('/v1/ledger')).body as { entries: { entry: string }[] }
    expect(entries.map(({ entry }) => entry)).toEqual(['label-bought', 'handed-over'])
  })
})
