import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { aProduct, materials, rules } from '../../test/samples.js'
import type { Handling } from '../catalogue/product.js'
import { coolantGrams, volumeOf, type Pieces } from './materials-needed.js'
import { AS_IS, companyOf, LIFT_MAX_GRAMS, planPackages, type PackingGround } from './plan-packages.js'

const ground: PackingGround = { materials, inStock: new Set(materials.keys()), rules, climate: { heatIndex: 0.3 } }

const side = fc.integer({ min: 10, max: 700 })
const handling = fc.subarray<Handling>(['fragile', 'liquid', 'chilled', 'frozen', 'dangerous', 'high-value'], { maxLength: 2 })
const items: fc.Arbitrary<Pieces[]> = fc.array(
  fc.record({ handling, lengthMm: side, widthMm: side, heightMm: side, weightGrams: fc.integer({ min: 1, max: 30_000 }), shipAlone: fc.boolean(), food: fc.boolean(), dangerousGroup: fc.constantFrom(null, '3', '8'), units: fc.integer({ min: 1, max: 12 }) }),
  { minLength: 1, maxLength: 4 },
).map((all) => all.map(({ units, ...product }, index) => ({ product: aProduct({ ...product, product: `P${index}` }), units })))

const unitsOf = (contents: readonly Pieces[], product: string): number => contents.filter((each) => each.product.product === product).reduce((sum, { units }) => sum + units, 0)

describe('a packing plan', () => {
  it('packs every piece once, keeps apart what must not meet, and stays within box, fill and lift', () => {
    fc.assert(fc.property(items, (all) => {
      const packages = planPackages(all, ground)
      for (const { product } of all) expect(unitsOf(packages.flatMap(({ contents }) => contents), product.product)).toBe(unitsOf(all, product.product))
      for (const { contents, carton, expectedGrams, lightestGrams } of packages) {
        expect(new Set(contents.map(({ product }) => companyOf(product))).size).toBe(1)
        const pieces = contents.reduce((sum, { units }) => sum + units, 0)
        if (contents.some(({ product }) => product.shipAlone)) expect(pieces).toBe(1)
        expect(lightestGrams).toBe(Math.min(...contents.map(({ product }) => product.weightGrams)))
        if (carton === AS_IS) expect(pieces).toBe(1)
        else {
          const box = materials.get(carton)?.box
          expect(expectedGrams).toBeLessThanOrEqual(LIFT_MAX_GRAMS)
          const share = contents.some(({ product }) => product.handling.includes('fragile')) ? 0.85 : 0.95
          const volume = contents.reduce((sum, { product, units }) => sum + units * volumeOf(product), 0)
          expect(volume).toBeLessThanOrEqual(share * (box!.innerLengthMm * box!.innerWidthMm * box!.innerHeightMm))
          expect(Math.max(...contents.flatMap(({ product }) => [product.lengthMm, product.widthMm, product.heightMm]))).toBeLessThanOrEqual(Math.max(box!.innerLengthMm, box!.innerWidthMm, box!.innerHeightMm))
        }
        expect(contents.filter(({ product }) => product.handling.includes('dangerous')).reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(2)
      }
    }), { numRuns: 200 })
  })

  const planned = (...contents: readonly Pieces[]) => planPackages(contents, ground)

  it('takes the smallest box that holds', () => {
    expect(planned({ product: aProduct(), units: 1 }).map(({ carton }) => carton)).toEqual(['S'])
    expect(planned({ product: aProduct(), units: 4 }).map(({ carton }) => carton)).toEqual(['M'])
    expect(planned({ product: aProduct({ lengthMm: 390 }), units: 1 }).map(({ carton }) => carton)).toEqual(['M'])
  })

  it('divides what one person cannot lift, and lets what fits no box travel as it is, by two people if need be', () => {
    const heavy = planned({ product: aProduct({ weightGrams: 9_000 }), units: 5 })
    expect(heavy.map(({ contents }) => contents[0]!.units)).toEqual([2, 2, 1])
    expect(planned({ product: aProduct({ weightGrams: 40_000, lengthMm: 2_000 }), units: 2 })).toMatchObject([{ carton: AS_IS, instructions: ['Two people lift this.'] }, { carton: AS_IS }])
  })

  it('gives each class its materials: two layers of wrap for fragile, gel for chilled, seals for high value', () => {
    const needed = (classes: readonly Handling[], units = 1) => Object.fromEntries(planned({ product: aProduct({ handling: classes, weightGrams: 1_500 }), units }).flatMap(({ materials: all }) => all.map(({ material, units: count }) => [material, count])))
    // six sides of 100 cm2, two layers: 1,200 cm2 a piece; a sheet covers 5,000
    expect(needed(['fragile'], 5)).toEqual({ M: 1, WRAP: 2 })
    expect(needed(['chilled'], 2)).toEqual({ ICE: 1, GEL: 2 })
    expect(needed(['high-value'])).toEqual({ S: 1, SEAL: 2 })
    expect(needed([])).toEqual({ S: 1, FILL: 1 })
  })

  it('uses boxes that are in stock, and names the smallest if none is', () => {
    const product = aProduct()
    expect(planPackages([{ product, units: 1 }], { ...ground, inStock: new Set(['L']) })[0]?.carton).toBe('L')
    expect(planPackages([{ product, units: 1 }], { ...ground, inStock: new Set() })[0]?.carton).toBe('S')
  })
})

describe('coolant', () => {
  const share = { per: 'coolant', basePercent: 15, heatPercent: 25, leastPercent: 15, mostPercent: 40 } as const

  it('is 15 % of the weight in winter and 40 % in a heat wave', () => {
    expect(coolantGrams(10_000, share, { heatIndex: 0 })).toBe(1_500)
    expect(coolantGrams(10_000, share, { heatIndex: 1 })).toBe(4_000)
    expect(coolantGrams(2_000, share, { heatIndex: 0.3 })).toBe(450)
  })

  it('never leaves its bounds and never falls with the heat', () => {
    const heat = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(fc.property(fc.integer({ min: 1, max: 50_000 }), heat, heat, (grams, a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)].map((heatIndex) => coolantGrams(grams, share, { heatIndex }))
      expect(less).toBeGreaterThanOrEqual(grams * 0.15)
      expect(more).toBeLessThanOrEqual(Math.ceil(grams * 0.4))
      expect(less).toBeLessThanOrEqual(more!)
    }))
  })
})
