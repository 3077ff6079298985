import { describe, expect, it } from '@jest/globals'
import { planOrders, type SoldProduct } from './orders.js'

const products: SoldProduct[] = Array.from({ length: 40 }, (_, index) => ({ product: `P-${index}`, isPopular: index < 15, isMissing: index % 12 === 11, isPlain: index % 3 !== 0, options: [] }))
const plan = (seed: number) => planOrders({ orders: 2000, seed, products, run: 'T' })

describe('the orders of a seed', () => {
  it('are the same every time, and others for another seed', () => {
    expect(plan(7)).toEqual(plan(7))
    expect(plan(7)).not.toEqual(plan(8))
  })
  it('come in the parts that were asked for', () => {
    const orders = plan(1)
    const part = (some: readonly unknown[]) => some.length / orders.length
    expect(part(orders.filter(({ isSentTwice }) => isSentTwice))).toBeCloseTo(0.05, 1)
    expect(part(orders.filter(({ body }) => (body['lines'] as { product: string }[]).some(({ product }) => products.find((each) => each.product === product)?.isMissing)))).toBeCloseTo(0.1, 1)
    expect(new Set(orders.map(({ door }) => door)).size).toBe(4)
    expect(orders.every(({ body }) => (body['lines'] as unknown[]).length >= 1 && (body['lines'] as unknown[]).length <= 5)).toBe(true)
    expect(new Set(orders.map(({ reference }) => reference)).size).toBe(2000)
  })
  it('of a marketplace say what it took', () => {
    for (const { channel, body } of plan(3)) {
      if (channel !== 'market') continue
      const lines = body['lines'] as { units: number; unitPriceMinor: number }[]
      expect(body['totalMinor']).toBe(lines.reduce((sum, { units, unitPriceMinor }) => sum + units * unitPriceMinor, 0))
    }
  })
})
