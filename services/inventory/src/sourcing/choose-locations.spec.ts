import { describe, expect, it } from '@jest/globals'
import { asId, type LocationId, type ProductId } from '@waybill/kernel'
import { chooseLocations, type Demand } from './choose-locations.js'

const [BER, HAM] = [asId<LocationId>('BER'), asId<LocationId>('HAM')]
const part = (product: string, units: number) => ({ product: asId<ProductId>(product), units })
const demand = (line: number, sets: number, ...parts: Demand['parts']): Demand => ({ line, sets, parts, locations: [BER, HAM] })
const stock = (levels: Readonly<Record<string, number>>) => (product: ProductId, location: LocationId) => levels[`${product}@${location}`] ?? 0

describe('the locations of an order', () => {
  it('are the fewest that give everything', () => {
    expect(chooseLocations([demand(1, 2, part('A', 1)), demand(2, 1, part('B', 1))], stock({ 'A@BER': 2, 'A@HAM': 2, 'B@HAM': 1 }))).toEqual([
      { line: 1, location: HAM, sets: 2 },
      { line: 2, location: HAM, sets: 1 },
    ])
  })

  it('are more, where one would leave a line waiting that lies in another', () => {
    // found by the property of the whole house: Hamburg alone gave as many sets as both together, taken in order, and Berlin kept three C
    const demands = [demand(1, 1, part('C', 3)), demand(2, 2, part('C', 2), part('A', 1)), demand(3, 1, part('C', 2), part('A', 1))]
    const portions = chooseLocations(demands, stock({ 'C@BER': 3, 'A@BER': 1, 'C@HAM': 6, 'A@HAM': 3 }))
    expect(portions).toContainEqual({ line: 1, location: BER, sets: 1 })
    expect(portions.reduce((sum, { sets }) => sum + sets, 0)).toBe(4)
  })

  it('take no set that is in pieces over two of them', () => {
    expect(chooseLocations([demand(1, 1, part('A', 1), part('B', 1))], stock({ 'A@BER': 5, 'B@HAM': 5 }))).toEqual([])
  })
})
