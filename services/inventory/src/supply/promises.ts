import type { BusinessDate, LocationId, ProductId } from '@waybill/kernel'
import { outstanding, type Supply } from './supply.js'

/** Whole sets that wait for supply, and the locations that may give them. */
export interface Waiting {
  readonly sets: number
  readonly parts: readonly { readonly product: ProductId; readonly units: number }[]
  readonly locations: readonly LocationId[]
}

/** When waiting sets can all be there, and the supply that decides it. */
export interface Promised {
  readonly availableOn: BusinessDate
  readonly supply: string | null
}

/** Units that come on one day; what is there already comes on the day before all days. */
interface Parcel {
  readonly on: string
  readonly supply: string | null
  left: number
}

const NOW = ''

/**
 * Available to promise over time. One after another asks for a date; each is given the first day on which enough is
 * unpromised, and takes the units of the latest days up to it, which keeps the early ones for others: the units
 * unpromised up to a day are then exactly ATP(t) = min over u >= t of supply(<= u) - demand(<= u). Source: domain D2.
 */
export class Promises {
  private readonly parcels = new Map<string, Parcel[]>()

  constructor(
    supplies: readonly Supply[],
    private readonly freeNow: (product: ProductId, location: LocationId) => number,
    private readonly today: (location: LocationId) => BusinessDate,
  ) {
    const open = supplies.filter((supply) => outstanding(supply) > 0)
    for (const supply of open) {
      const day = today(supply.location)
      // what is overdue can come today at the earliest
      const on = supply.availableOn > day ? supply.availableOn : day
      this.at(supply.product, supply.location).push({ on, supply: supply.code, left: outstanding(supply) })
    }
    for (const parcels of this.parcels.values()) parcels.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))
  }

  /** Promises all the sets for one day, and keeps their units; null, and nothing kept, if announced supply is not enough. */
  promise(waiting: Waiting): Promised | null {
    const days = this.daysOf(waiting)
    const index = days.findIndex((day) => this.setsBy(waiting, day) >= waiting.sets)
    const availableOn = days[index]
    const first = waiting.locations[0]
    if (availableOn === undefined || first === undefined) return null
    let left = waiting.sets
    let supply: string | null = null
    for (let at = index; at >= 0 && left > 0; at--) {
      for (const location of waiting.locations) {
        const day = days[at] ?? NOW
        const before = at > 0 ? this.setsAt(waiting, location, days[at - 1] ?? NOW) : 0
        const taken = Math.min(left, this.setsAt(waiting, location, day) - before)
        left -= taken
        supply ??= this.keep(waiting, location, day, taken)
      }
    }
    return { availableOn: availableOn === NOW ? this.today(first) : (availableOn as BusinessDate), supply }
  }

  /** Keeps units for sets that were promised a day before and whose other parts are not known here. */
  keepFor(product: ProductId, locations: readonly LocationId[], units: number, day: BusinessDate): void {
    let left = units
    const parcels = locations.flatMap((location) => this.at(product, location)).filter(({ on }) => on <= day)
    for (const parcel of parcels.sort((a, b) => (a.on < b.on ? 1 : -1))) {
      const taken = Math.min(left, parcel.left)
      parcel.left -= taken
      left -= taken
    }
  }

  /** Units of a product that come unpromised, by day. */
  outlook(product: ProductId, locations: readonly LocationId[]): { readonly availableOn: BusinessDate; readonly units: number }[] {
    const byDay = new Map<string, number>()
    for (const { on, left } of locations.flatMap((location) => this.at(product, location))) {
      if (on !== NOW && left > 0) byDay.set(on, (byDay.get(on) ?? 0) + left)
    }
    return [...byDay].sort(([a], [b]) => (a < b ? -1 : 1)).map(([on, units]) => ({ availableOn: on as BusinessDate, units }))
  }

  /** Takes `sets` of every part at a location, latest units first. Returns the supply of the latest day, if that day brings any. */
  private keep(waiting: Waiting, location: LocationId, day: string, sets: number): string | null {
    let deciding: string | null = null
    if (sets === 0) return null
    for (const { product, units } of waiting.parts) {
      let left = sets * units
      for (const parcel of this.at(product, location).filter(({ on }) => on <= day).reverse()) {
        const taken = Math.min(left, parcel.left)
        if (taken > 0 && parcel.on === day) deciding ??= parcel.supply
        parcel.left -= taken
        left -= taken
      }
    }
    return deciding
  }

  private daysOf({ parts, locations }: Waiting): string[] {
    const days = parts.flatMap(({ product }) => locations.flatMap((location) => this.at(product, location).map(({ on }) => on)))
    return [...new Set([NOW, ...days])].sort()
  }

  private setsBy(waiting: Waiting, day: string): number {
    return waiting.locations.reduce((sum, location) => sum + this.setsAt(waiting, location, day), 0)
  }

  private setsAt({ parts }: Waiting, location: LocationId, day: string): number {
    const units = (product: ProductId) => this.at(product, location).reduce((sum, { on, left }) => sum + (on <= day ? left : 0), 0)
    return Math.min(...parts.map((part) => Math.floor(units(part.product) / part.units)))
  }

  private at(product: ProductId, location: LocationId): Parcel[] {
    const key = `${product}\n${location}`
    const known = this.parcels.get(key)
    if (known) return known
    const parcels: Parcel[] = [{ on: NOW, supply: null, left: this.freeNow(product, location) }]
    this.parcels.set(key, parcels)
    return parcels
  }
}
