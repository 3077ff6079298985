import type { LocationId, ProductId } from '@waybill/kernel'

/** What one set of an ordered line takes of a product. */
export interface Part {
  readonly product: ProductId
  readonly units: number
}

/** Whole sets of one ordered line, each set from one of these locations. */
export interface Demand {
  readonly line: number
  readonly sets: number
  readonly parts: readonly Part[]
  readonly locations: readonly LocationId[]
}

/** Sets of a line that one location gives. */
export interface Portion {
  readonly line: number
  readonly location: LocationId
  readonly sets: number
}

/** Units that can be promised of a product at a location. */
export type AvailableAt = (product: ProductId, location: LocationId) => number

/** Source: domain D6. */
const COMBINATIONS_MAX = 10_000
const COVER_MAX = 3

/**
 * The fewest locations that give as much as all of them together could; the first by id among equals. Lines of one
 * order share the pool: what one takes, the next does not see. Source: domain D3, D6 (first part).
 */
export function chooseLocations(demands: readonly Demand[], availableAt: AvailableAt): Portion[] {
  const candidates = [...new Set(demands.flatMap(({ locations }) => locations))]
    .filter((location) => demands.some((demand) => demand.locations.includes(location) && setsAt(demand, location, availableAt) > 0))
    .sort()
  const most = allocate(demands, candidates, new Pool(availableAt))
  const target = setsIn(most)
  if (target === 0) return []
  let tried = 0
  for (const cover of covers(candidates, Math.min(COVER_MAX, candidates.length - 1))) {
    if (++tried > COMBINATIONS_MAX) break
    const pool = new Pool(availableAt)
    const portions = allocate(demands, cover, pool)
    if (setsIn(portions) >= target) return [...portions, ...allocate(restOf(demands, portions), candidates, pool)]
  }
  return most
}

/** What is left of everything that can be promised, while one order takes its share. */
class Pool {
  private readonly taken = new Map<string, number>()

  constructor(private readonly availableAt: AvailableAt) {}

  readonly left: AvailableAt = (product, location) => this.availableAt(product, location) - (this.taken.get(`${product}\n${location}`) ?? 0)

  take(parts: readonly Part[], location: LocationId, sets: number): void {
    for (const { product, units } of parts) {
      const key = `${product}\n${location}`
      this.taken.set(key, (this.taken.get(key) ?? 0) + sets * units)
    }
  }
}

// fewest locations must not cost a set that lies elsewhere: what a cover leaves waiting is looked for everywhere
const restOf = (demands: readonly Demand[], portions: readonly Portion[]): Demand[] =>
  demands.map((demand) => ({ ...demand, sets: demand.sets - setsIn(portions.filter(({ line }) => line === demand.line)) })).filter(({ sets }) => sets > 0)

/** Takes for one demand after another, location by location in the given order. */
function allocate(demands: readonly Demand[], locations: readonly LocationId[], pool: Pool): Portion[] {
  return [...demands].sort(hardestFirst).flatMap((demand) => {
    let left = demand.sets
    return locations.flatMap((location) => {
      const sets = demand.locations.includes(location) ? Math.min(left, setsAt(demand, location, pool.left)) : 0
      if (sets === 0) return []
      left -= sets
      pool.take(demand.parts, location, sets)
      return [{ line: demand.line, location, sets }]
    })
  })
}

// a bundle needs all its parts in one place; a single product finds its unit elsewhere too
const hardestFirst = (a: Demand, b: Demand): number => b.parts.length - a.parts.length || a.locations.length - b.locations.length || a.line - b.line

/** Whole sets a location could give now. Source: domain D1, bundles. */
const setsAt = ({ parts }: Demand, location: LocationId, availableAt: AvailableAt): number =>
  Math.min(...parts.map(({ product, units }) => Math.floor(Math.max(0, availableAt(product, location)) / units)))

const setsIn = (portions: readonly Portion[]): number => portions.reduce((sum, { sets }) => sum + sets, 0)

/** All combinations of 1, then 2, up to `size` locations, each in the order of the list. */
function* covers(locations: readonly LocationId[], sizeMax: number): Generator<LocationId[]> {
  for (let size = 1; size <= sizeMax; size++) yield* combinations(locations, size)
}

function* combinations(locations: readonly LocationId[], size: number, from = 0): Generator<LocationId[]> {
  if (size === 0) {
    yield []
    return
  }
  for (let index = from; index <= locations.length - size; index++) {
    const first = locations[index]
    if (first === undefined) return
    for (const rest of combinations(locations, size - 1, index + 1)) yield [first, ...rest]
  }
}
