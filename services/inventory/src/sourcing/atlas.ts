import type { LocationId, ProductId } from '@waybill/kernel'

/** A site that ships, as far as the choice of location asks. */
export interface Site {
  readonly location: LocationId
  readonly zone: string
  readonly ships: boolean
  readonly handling: readonly string[]
  /** Is any lane from here known? Shipping publishes them on its own time. */
  readonly hasLanes: boolean
}

/** The services that go from a location to a country. Country `*`: any that has no lane of its own. */
export interface Lane {
  readonly location: LocationId
  readonly country: string
  readonly services: readonly { readonly mode: string; readonly refusedHandling: readonly string[] }[]
}

/** What inventory knows of a product. */
export interface KnownProduct {
  readonly product: ProductId
  readonly handling: readonly string[]
  readonly lotTracked: boolean
}

/** Where an order goes, and how it may not travel. */
export interface Destination {
  readonly country: string
  readonly forbiddenModes: readonly string[]
}

export type Eligibility =
  | { readonly status: 'served'; readonly locations: readonly LocationId[] }
  /** Data of these is not here yet: the answer may change when it comes. */
  | { readonly status: 'unknown'; readonly waitsFor: 'unknown-product' | 'no-lane' }
  | { readonly status: 'refused'; readonly why: 'no-lane' | 'handling-not-accepted' }

/** The map of the house: which location can send which product where. Source: domain D6, hard filters. */
export class Atlas {
  private readonly lanes = new Map<string, Lane>()
  private readonly products = new Map<ProductId, KnownProduct>()

  constructor(
    readonly sites: readonly Site[],
    lanes: readonly Lane[],
    products: readonly KnownProduct[],
  ) {
    this.adopt(lanes)
    for (const product of products) this.products.set(product.product, product)
  }

  adopt(lanes: readonly Lane[]): void {
    for (const lane of lanes) this.lanes.set(`${lane.location}\n${lane.country}`, lane)
  }

  product(product: ProductId): KnownProduct | undefined {
    return this.products.get(product)
  }

  site(location: LocationId): Site | undefined {
    return this.sites.find((site) => site.location === location)
  }

  /** The locations that can send all these products together, by id. */
  eligible(destination: Destination, products: readonly ProductId[]): Eligibility {
    const known = products.map((product) => this.products.get(product))
    if (known.some((product) => product === undefined)) return { status: 'unknown', waitsFor: 'unknown-product' }
    const handling = [...new Set(known.flatMap((product) => product?.handling ?? []))]
    const shipping = this.sites.filter(({ ships }) => ships)
    const reaching = shipping.filter(({ location }) => this.servicesTo(location, destination).length > 0)
    const locations = reaching.filter((site) => this.takes(site, destination, handling)).map(({ location }) => location)
    if (locations.length > 0) return { status: 'served', locations: locations.sort() }
    // a location whose lanes have not come yet may be the one that serves: a refusal would be for ever
    if (shipping.length === 0 || shipping.some(({ hasLanes }) => !hasLanes)) return { status: 'unknown', waitsFor: 'no-lane' }
    return { status: 'refused', why: reaching.length === 0 ? 'no-lane' : 'handling-not-accepted' }
  }

  private takes(site: Site, destination: Destination, handling: readonly string[]): boolean {
    const services = this.servicesTo(site.location, destination)
    return (
      handling.every((each) => site.handling.includes(each)) && services.some(({ refusedHandling }) => handling.every((each) => !refusedHandling.includes(each)))
    )
  }

  private servicesTo(location: LocationId, { country, forbiddenModes }: Destination): Lane['services'] {
    const lane = this.lanes.get(`${location}\n${country}`) ?? this.lanes.get(`${location}\n*`)
    return lane?.services.filter(({ mode }) => !forbiddenModes.includes(mode)) ?? []
  }
}
