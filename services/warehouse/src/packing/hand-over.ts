import { ofFulfillment, type Fact, type HandedOverLine, type PackedPackage } from '../fulfillments/facts.js'
import { withLines, type Fulfillment } from '../fulfillments/fulfillment.js'
import type { Package } from './package.js'

/** Units by stocked line that left in packages. */
const packedUnits = (packages: readonly Package[], stockedLine: string): number =>
  packages.flatMap(({ contents }) => contents).filter((content) => content.stockedLine === stockedLine).reduce((sum, { packed }) => sum + packed, 0)

/** What is told when all packages of a fulfillment are weighed. */
export const packedFact = (fulfillment: Fulfillment, packages: readonly Package[]): Fact => ({
  fact: 'packed',
  ...ofFulfillment(fulfillment),
  packages: packages.map(
    ({ sscc, carton, lengthMm, widthMm, heightMm, weightGrams, materials, contents }): PackedPackage => ({
      sscc: sscc ?? '',
      carton, lengthMm, widthMm, heightMm,
      weightGrams: weightGrams ?? 0,
      materials: materials.map(({ material, units }) => ({ material, units })),
      contents: contents.map(({ line, stockedLine, product, lot, units }) => ({ line, stockedLine, product, lot, units })),
    }),
  ),
  lines: fulfillment.lines.filter(({ unitNumbers }) => unitNumbers.length > 0).map(({ line, unitNumbers }) => ({ line, unitNumbers })),
})

/** The fulfillment with what its packages hold counted as packed. */
export const countPacked = (fulfillment: Fulfillment, packages: readonly Package[]): Fulfillment =>
  withLines(fulfillment, (line) => ({ ...line, packed: packedUnits(packages, line.stockedLine) }))

/** The fulfillment with what was packed counted as gone, and what is told of it: which numbered units, of which lots. */
export function handedOver(fulfillment: Fulfillment, packages: readonly Package[]): { readonly fulfillment: Fulfillment; readonly fact: Fact } {
  const contents = packages.flatMap((pack) => pack.contents)
  const lotsOf = (stockedLine: string): Map<string | null, number> => {
    const lots = new Map<string | null, number>()
    for (const { lot, packed } of contents.filter((content) => content.stockedLine === stockedLine)) lots.set(lot, (lots.get(lot) ?? 0) + packed)
    return lots
  }
  const lines = fulfillment.lines
    .filter(({ unitNumbers }) => unitNumbers.length > 0)
    .map(({ line, unitNumbers, stocked }): HandedOverLine => ({
      line,
      unitNumbers,
      stocked: stocked.map(({ stockedLine, product }) => ({
        stockedLine,
        product,
        lots: [...lotsOf(stockedLine)].map(([lot, units]) => ({ lot, units })),
      })),
    }))
  return {
    fulfillment: withLines(fulfillment, (line) => ({ ...line, shipped: line.packed })),
    fact: { fact: 'handed-over', ...ofFulfillment(fulfillment), packages: packages.flatMap(({ sscc }) => sscc ?? []), lines },
  }
}
