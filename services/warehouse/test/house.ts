import { randomUUID } from 'node:crypto'
import { FulfillmentRequested, LocationPublished, ProductPublished, ShipmentCreated, ShipmentPlanned, StockReceived } from '@waybill/contracts'
import { eventually, exampleOf, request, type Namespace, type Response, type StartedService } from '@waybill/testing'

/** A product as its owner publishes it; only what matters to a test is said. */
export type ProductSaid = Partial<ProductPublished> & { readonly product: string }

export interface Wanted {
  readonly product: string
  readonly units: number
  /** More products of the same ordered line: a bundle. */
  readonly with?: readonly { readonly product: string; readonly units: number }[]
}

/** The other services, as the warehouse under test hears them, and the people on its floor. */
export class House {
  readonly location: string

  constructor(
    readonly ns: Namespace,
    readonly app: StartedService,
    location = `L${randomUUID().slice(0, 8)}`,
  ) {
    this.location = location
  }

  async open(products: readonly ProductSaid[], over: Partial<LocationPublished> = {}): Promise<void> {
    await this.ns.publish(LocationPublished, { key: this.location, subject: this.location, payload: exampleOf(LocationPublished, { location: this.location, ...over }) })
    for (const product of products) await this.publishProduct(product)
    await eventually(async () => {
      const bins = await this.ask.get(`/v1/bins?location=${this.location}`, { role: 'operator' })
      if (bins.body.items?.length !== 3) throw new Error('the location is not known yet')
    }, 20_000)
    await this.stockMaterials()
  }

  get ask(): ReturnType<typeof request> {
    return request(this.app.url)
  }

  publishProduct(product: ProductSaid): Promise<string> {
    const payload = exampleOf(ProductPublished, { gtin: null, handling: ['standard'], lotTracked: false, minimumRemainingDays: 0, food: false, ...product })
    return this.ns.publish(ProductPublished, { key: product.product, subject: product.product, payload })
  }

  receive(product: string, units: number, over: Partial<StockReceived> = {}): Promise<string> {
    const subject = `${product}:${this.location}`
    return this.ns.publish(StockReceived, { key: product, subject, payload: exampleOf(StockReceived, { product, location: this.location, units, lot: null, expiresOn: null, bin: null, ...over }) })
  }

  async bins(rows: readonly object[]): Promise<Response> {
    return this.ask.post('/v1/bins/import', { rows: rows.map((row) => ({ location: this.location, ...row })) }, { role: 'operator' })
  }

  async stockMaterials(units = 1_000): Promise<void> {
    const { items } = (await this.ask.get('/v1/materials?limit=200', { role: 'operator' })).body as { items: { material: string; name: string; kind: string; gramsPerUnit: number; box: object | null }[] }
    const rows = items.map(({ material, name, kind, gramsPerUnit, box }) => ({ material, name, kind, gramsPerUnit, ...box, location: this.location, units, receipt: 'FIRST' }))
    const answer = await this.ask.post('/v1/materials/import', { rows }, { role: 'operator' })
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  }

  /** Asks for a fulfillment. Answers the ids. */
  async order(wanted: readonly Wanted[], over: Partial<FulfillmentRequested> = {}): Promise<{ order: string; fulfillment: string }> {
    const { order = randomUUID(), fulfillment = randomUUID() } = over
    const payload = exampleOf(FulfillmentRequested, {
      order,
      fulfillment,
      location: this.location,
      lines: wanted.map(({ product, units, with: others = [] }, index) => ({
        line: index + 1,
        unitNumbers: [{ from: 1, to: units }],
        stocked: [{ product, units }, ...others].map((each, component) => ({ stockedLine: `${index + 1}.${component + 1}`, product: each.product, units: each.units, valueMinor: 100 })),
      })),
      ...over,
    })
    await this.ns.publish(FulfillmentRequested, { key: order, subject: order, payload })
    return { order, fulfillment }
  }

  async plan({ order, fulfillment }: { order: string; fulfillment: string }, over: Partial<ShipmentPlanned> = {}): Promise<void> {
    await this.ns.publish(ShipmentPlanned, { key: order, subject: fulfillment, payload: exampleOf(ShipmentPlanned, { order, fulfillment, location: this.location, shipment: fulfillment, ...over }) })
  }

  async label({ order, fulfillment }: { order: string; fulfillment: string }): Promise<void> {
    const { parcels } = (await this.view(fulfillment)) as { parcels: { sscc: string }[] }
    const packages = parcels.map(({ sscc }, index) => ({ sscc, trackingNumber: `RR${index}` }))
    await this.ns.publish(ShipmentCreated, { key: order, subject: fulfillment, payload: exampleOf(ShipmentCreated, { order, fulfillment, shipment: fulfillment, packages }) })
    await this.reach(fulfillment, 'LABELLED')
  }

  async view(fulfillment: string): Promise<Record<string, unknown>> {
    return (await this.ask.get(`/v1/fulfillments/${fulfillment}`, { role: 'operator' })).body as Record<string, unknown>
  }

  /** Waits until the fulfillment is in the status. */
  async reach(fulfillment: string, status: string): Promise<Record<string, unknown>> {
    return eventually(async () => {
      const seen = await this.view(fulfillment)
      if (seen['status'] !== status) throw new Error(`${String(seen['status'])} instead of ${status}`)
      return seen
    }, 20_000)
  }

  async inWave(wanted: readonly Wanted[], over: Partial<ShipmentPlanned> = {}): Promise<{ order: string; fulfillment: string }> {
    const ids = await this.order(wanted)
    await this.plan(ids, over)
    await this.reach(ids.fulfillment, 'IN_WAVE')
    return ids
  }

  async claim(name = 'pia'): Promise<string> {
    const { body } = await this.ask.post('/v1/pick-lists/claim', { location: this.location }, { role: 'picker', name })
    return (body as { list: { id: string } | null }).list?.id ?? ''
  }

  async next(list: string, name = 'pia'): Promise<Stop | null> {
    const { body } = await this.ask.get(`/v1/pick-lists/${list}/next`, { role: 'picker', name })
    return (body as { task: Stop | null }).task
  }

  scan(task: Stop, over: Record<string, unknown> = {}, name = 'pia'): Promise<Response> {
    const body = { scanId: randomUUID(), bin: task.bin, product: task.barcode, lot: task.lot, units: task.units, ...over }
    return this.ask.post(`/v1/pick-tasks/${task.id}/scans`, body, { role: 'picker', name })
  }

  /** Picks all of a list as it should be. Answers the bins in the order in which they were walked. */
  async pickAll(list: string, name = 'pia'): Promise<string[]> {
    const walked: string[] = []
    for (let task = await this.next(list, name); task; task = await this.next(list, name)) {
      const answer = await this.scan(task, {}, name)
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
      walked.push(task.bin)
    }
    return walked
  }

  async claimPacking(name = 'paul'): Promise<Parcel[]> {
    const { body } = await this.ask.post('/v1/packing/claim', { location: this.location }, { role: 'packer', name })
    return (body as { fulfillment: { packages: Parcel[] } | null }).fulfillment?.packages ?? []
  }

  packer(path: string, body?: unknown, name = 'paul'): Promise<Response> {
    return this.ask.post(path, body, { role: 'packer', name })
  }

  async packAll(parcels: readonly Parcel[], name = 'paul'): Promise<void> {
    for (const { id, contents, expectedGrams } of parcels) {
      for (const { barcode, lot, units } of contents) await this.did(this.packer(`/v1/packages/${id}/scans`, { scanId: randomUUID(), product: barcode, lot, units }, name))
      await this.did(this.packer(`/v1/packages/${id}/seal`, undefined, name))
      await this.did(this.packer(`/v1/packages/${id}/weigh`, { grams: expectedGrams }, name))
    }
  }

  async did(asked: Promise<Response>): Promise<Response> {
    const answer = await asked
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body))
    return answer
  }
}

export interface Stop {
  readonly id: string
  readonly bin: string
  readonly product: string
  readonly barcode: string
  readonly lot: string | null
  readonly units: number
  readonly fulfillment: string
  readonly handlingInstruction: string
  readonly name: string
}

export interface Parcel {
  readonly id: string
  readonly carton: string
  readonly expectedGrams: number
  readonly materials: readonly { readonly material: string; readonly units: number }[]
  readonly contents: readonly { readonly product: string; readonly barcode: string; readonly lot: string | null; readonly units: number }[]
}
