import { Random } from '@waybill/simulator'

/** An order of a bench: who it is from, and what it asks for. */
export interface BenchOrder {
  readonly reference: string
  readonly lines: readonly { readonly product: string; readonly units: number }[]
}

/** How demand spreads over the products. */
export type Demand = 'zipf' | 'uniform' | 'hot'

const ZIPF = 0.99
/** Part of lines that ask for one piece, and the most that others ask for. */
const SINGLE = 0.8
const UNITS_MAX = 5
const LINES_MAX = 5

export const productOf = (index: number): string => `B-${String(index).padStart(6, '0')}`

/** Orders of a seed, of 1 to 5 lines: the same seed gives the same orders. */
export function benchOrders({ count, products, seed, name, demand = 'zipf', linesMax = LINES_MAX }: { readonly count: number; readonly products: number; readonly seed: number; readonly name: string; readonly demand?: Demand; readonly linesMax?: number }): readonly BenchOrder[] {
  const random = new Random(seed)
  const pick = demand === 'hot' ? () => 0 : demand === 'uniform' ? () => random.between(0, products - 1) : zipf(random, products)
  return Array.from({ length: count }, (_, index) => {
    const wanted = new Map<string, number>()
    for (let line = random.between(1, linesMax); line > 0; line--) wanted.set(productOf(pick()), random.chance(SINGLE) ? 1 : random.between(2, UNITS_MAX))
    return { reference: `${name}-${index}`, lines: [...wanted].map(([product, units]) => ({ product, units })) }
  })
}

/** As its channel hands it in: complete, paid by a card that works. */
export const bodyOf = ({ reference, lines }: BenchOrder): Readonly<Record<string, unknown>> => ({
  channel: 'web-eu',
  reference,
  currency: 'EUR',
  customer: { name: 'Ada Lovelace', email: `${reference.toLowerCase()}@customer.example` },
  deliveryAddress: { street: 'Example Street 12', city: 'Berlin', postalCode: '10115', country: 'DE' },
  delivery: { preference: 'standard' },
  lines,
  payment: { token: 'tok_ok' },
})

function zipf(random: Random, size: number): () => number {
  const sums: number[] = []
  let sum = 0
  for (let rank = 1; rank <= size; rank++) sums.push((sum += 1 / rank ** ZIPF))
  return () => {
    const wanted = random.next() * sum
    let [low, high] = [0, size - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] as number) < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}
