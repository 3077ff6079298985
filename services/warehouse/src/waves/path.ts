import type { Bin } from '../bins/bin.js'

/**
 * The order in which bins are walked, S-shape: aisles by their nearest bin, every other aisle from its far end, levels
 * from below. Bins without an aisle (RECEIVING) come last. Source: domain D7.
 */
export function sShape(bins: readonly Bin[]): Bin[] {
  const aisles = new Map<string, Bin[]>()
  for (const bin of bins) aisles.set(bin.aisle, [...(aisles.get(bin.aisle) ?? []), bin])
  const nearest = (aisle: string): number => Math.min(...(aisles.get(aisle) ?? []).map((bin) => bin.walkPosition))
  const order = [...aisles.keys()].sort((a, b) => Number(a === '') - Number(b === '') || nearest(a) - nearest(b) || compare(a, b))
  return order.flatMap((aisle, index) => {
    const direction = index % 2 === 0 ? 1 : -1
    return (aisles.get(aisle) ?? []).sort((a, b) => direction * (a.bay - b.bay) || a.level - b.level || a.walkPosition - b.walkPosition || compare(a.code, b.code))
  })
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
