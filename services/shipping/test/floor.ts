import { randomInt, randomUUID } from 'node:crypto'
import {
  DeliveryDetailsSet,
  FulfillmentHandedOver,
  FulfillmentPacked,
  FulfillmentRequested,
  LocationPublished,
  ProductPublished,
  ShipmentCreated,
  ShipmentPlanned,
} from '@waybill/contracts'
import { exampleOf, request, type Namespace, type StartedService } from '@waybill/testing'
import { ssccCheckDigit } from './sscc.js'

/** An order on its way through the house, as the other services would tell of it. */
export interface OrderAtWork {
  readonly order: string
  readonly fulfillment: string
  readonly sscc: string
}

function newSscc(): string {
  const first17 = `0${Array.from({ length: 16 }, () => randomInt(10)).join('')}`
  return `${first17}${ssccCheckDigit(first17)}`
}

export const newOrder = (): OrderAtWork => ({ order: randomUUID(), fulfillment: randomUUID(), sscc: newSscc() })

export const aLaneRow = (differs: object = {}): object => ({
  location: 'BER', country: 'DE', currency: 'EUR', carrier: 'meridian', service: 'road-standard', mode: 'road', transitP50Days: 1, transitP90Days: 2, transitP95Days: 3,
  cutOff: '16:00', baseMinor: 390, perKgMinor: 45, distanceKm: 600, ...differs,
})

/** What the other services tell, and what carriers sell. */
export class House {
  constructor(
    readonly ns: Namespace,
    readonly app: StartedService,
  ) {}

  async open(rows: readonly object[] = [aLaneRow()]): Promise<void> {
    await this.ns.publish(ProductPublished, { key: 'P-100', subject: 'P-100', payload: exampleOf(ProductPublished) })
    await this.ns.publish(LocationPublished, { key: 'BER', subject: 'BER', payload: exampleOf(LocationPublished) })
    const answer = await request(this.app.url).post('/v1/lanes/import', { rows }, { role: 'operator' })
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  }

  requested({ order, fulfillment }: OrderAtWork, differs: Partial<FulfillmentRequested> = {}): Promise<string> {
    return this.ns.publish(FulfillmentRequested, { key: order, subject: order, payload: exampleOf(FulfillmentRequested, { order, fulfillment, ...differs }) })
  }

  details({ order }: OrderAtWork, differs: Partial<DeliveryDetailsSet> = {}): Promise<string> {
    return this.ns.publish(DeliveryDetailsSet, { key: order, subject: order, payload: exampleOf(DeliveryDetailsSet, { order, ...differs }) })
  }

  packed({ order, fulfillment, sscc }: OrderAtWork): Promise<string> {
    const example = exampleOf(FulfillmentPacked)
    return this.ns.publish(FulfillmentPacked, { key: order, subject: fulfillment, payload: { ...example, order, fulfillment, packages: example.packages.map((each) => ({ ...each, sscc })) } })
  }

  handedOver({ order, fulfillment, sscc }: OrderAtWork): Promise<string> {
    return this.ns.publish(FulfillmentHandedOver, { key: order, subject: fulfillment, payload: exampleOf(FulfillmentHandedOver, { order, fulfillment, packages: [sscc] }) })
  }

  async planned({ fulfillment }: OrderAtWork): Promise<ShipmentPlanned> {
    return (await this.ns.published(ShipmentPlanned, ({ payload }) => payload.fulfillment === fulfillment)).payload
  }

  async created({ fulfillment }: OrderAtWork): Promise<ShipmentCreated> {
    return (await this.ns.published(ShipmentCreated, ({ payload }) => payload.fulfillment === fulfillment)).payload
  }

  /** Up to a bought label. */
  async labelled(work: OrderAtWork = newOrder()): Promise<OrderAtWork & { readonly shipment: string; readonly trackingNumber: string }> {
    await this.details(work)
    await this.requested(work)
    await this.planned(work)
    await this.packed(work)
    const { shipment, packages } = await this.created(work)
    return { ...work, shipment, trackingNumber: packages[0]?.trackingNumber ?? '' }
  }
}
