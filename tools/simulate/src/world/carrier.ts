import { Carrier, type CarrierAnswer, type LabelBought, type LabelRequest } from '@waybill/shipping/core'
import { hashOf } from './random.js'
import { shortOf } from './ids.js'
import type { Caller, Outside } from './outside.js'

/** A label that a carrier sold. */
export interface Sold {
  readonly key: string
  readonly carrier: string
  readonly bought: LabelBought
}

/** A parcel in the carrier's hands. */
export interface Parcel {
  readonly carrier: string
  readonly trackingNumber: string
  isHandedOver: boolean
  /** Scans so far. */
  scans: number
  hasEnded: boolean
}

/** What becomes of a key; it says nothing of the time in it. */
const luckOf = (key: string): number => hashOf(key.slice(-14))

/** The carriers and their ledger: the truth outside. They honor keys: one key, one label. */
export class CarrierBooks {
  readonly sold = new Map<string, Sold>()
  readonly refused = new Set<string>()
  readonly parcels = new Map<string, Parcel>()

  constructor(
    private readonly complain: (what: string) => void,
    private readonly isIntended: (key: string) => boolean,
  ) {}

  buyLabel(request: LabelRequest, key: string): CarrierAnswer<LabelBought> {
    const before = this.sold.get(key)
    if (before) return { answer: 'done', value: before.bought }
    if (!this.isIntended(key)) this.complain(`G20: a label is bought without a row that says so (${key})`)
    if (this.refused.has(key) || luckOf(key) % 11 === 0) {
      this.refused.add(key)
      return { answer: 'refused', why: 'address-not-served' }
    }
    const packages = request.packages.map(({ sscc }) => ({ sscc, trackingNumber: `T${sscc.slice(8)}-${luckOf(key).toString(36).slice(0, 4)}` }))
    const bought: LabelBought = { packages, priceMinor: 500 }
    this.sold.set(key, { key, carrier: request.carrier, bought })
    for (const { trackingNumber } of packages) this.parcels.set(trackingNumber, { carrier: request.carrier, trackingNumber, isHandedOver: false, scans: 0, hasEnded: false })
    return { answer: 'done', value: bought }
  }

  findLabel(key: string): CarrierAnswer<LabelBought | null> {
    return { answer: 'done', value: this.sold.get(key)?.bought ?? null }
  }

  handOver(trackingNumbers: readonly string[]): CarrierAnswer<null> {
    for (const number of trackingNumbers) {
      const parcel = this.parcels.get(number)
      if (!parcel) return { answer: 'refused', why: `no such parcel ${number}` }
      parcel.isHandedOver = true
    }
    return { answer: 'done', value: null }
  }
}

const unknown = { answer: 'unknown', why: 'no answer' } as const

/** The carriers as shipping sees them: every answer takes its time, or does not come. */
export class SlowCarrier extends Carrier {
  constructor(
    private readonly books: CarrierBooks,
    private readonly outside: Outside,
    private readonly caller: Caller,
  ) {
    super()
  }

  buyLabel(request: LabelRequest, key: string): Promise<CarrierAnswer<LabelBought>> {
    return this.outside.call<CarrierAnswer<LabelBought>>(this.caller, `label ${shortOf(key)}`, () => this.books.buyLabel(request, key), unknown)
  }

  findLabel(key: string): Promise<CarrierAnswer<LabelBought | null>> {
    return this.outside.call<CarrierAnswer<LabelBought | null>>(this.caller, `find label ${shortOf(key)}`, () => this.books.findLabel(key), unknown)
  }

  handOver(trackingNumbers: readonly string[]): Promise<CarrierAnswer<null>> {
    return this.outside.call<CarrierAnswer<null>>(this.caller, `hand over ${trackingNumbers.join(' ')}`, () => this.books.handOver(trackingNumbers), unknown)
  }
}
