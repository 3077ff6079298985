import { unitNumbersOf, unitRanges, unitsIn, withoutUnits } from '@waybill/kernel'
import type { LineUnits, Package, ShipmentLine } from './shipment.js'

/** The lines without the units that were not found; what lies in the box shrinks in proportion. */
export function withoutMissing(lines: readonly ShipmentLine[], missing: readonly LineUnits[]): ShipmentLine[] {
  return lines.flatMap((line) => {
    const gone = missing.filter((each) => each.line === line.line).flatMap((each) => each.unitNumbers)
    const unitNumbers = withoutUnits(line.unitNumbers, gone)
    const before = unitsIn(line.unitNumbers)
    const left = unitsIn(unitNumbers)
    if (left === 0) return []
    if (left === before) return [line]
    const stocked = line.stocked.map((each) => ({ ...each, units: Math.round((each.units * left) / before), valueMinor: Math.round((each.valueMinor * left) / before) }))
    return [{ line: line.line, unitNumbers, stocked }]
  })
}

/** The same lines as unit numbers alone. */
export const lineUnitsOf = (lines: readonly LineUnits[]): LineUnits[] => lines.map(({ line, unitNumbers }) => ({ line, unitNumbers }))

/** The units of `all` that are not in `taken`. */
export const unitsWithout = (all: readonly LineUnits[], taken: readonly LineUnits[]): LineUnits[] =>
  all.flatMap(({ line, unitNumbers }) => {
    const rest = withoutUnits(unitNumbers, taken.filter((each) => each.line === line).flatMap((each) => each.unitNumbers))
    return rest.length === 0 ? [] : [{ line, unitNumbers: rest }]
  })

export const unitsTogether = (a: readonly LineUnits[], b: readonly LineUnits[]): LineUnits[] => {
  const lines = [...new Set([...a, ...b].map(({ line }) => line))].sort((x, y) => x - y)
  return lines.map((line) => ({ line, unitNumbers: unitRanges([...a, ...b].filter((each) => each.line === line).flatMap((each) => unitNumbersOf(each.unitNumbers))) }))
}

/**
 * The numbered units that travel, wholly or in part, in these packages. Packages name components, orders name units:
 * a line's components are dealt to its units in number order, package after package, so that every unit has its packages,
 * and a bundle of which one component is lost counts as lost.
 */
export function unitsInPackages(lines: readonly LineUnits[], packages: readonly Package[], these: readonly Package[]): LineUnits[] {
  return lines.flatMap(({ line, unitNumbers }) => {
    const numbers = unitNumbersOf(unitNumbers)
    const hit = new Set<number>()
    const components = new Set(packages.flatMap(({ contents }) => contents.filter((each) => each.line === line).map(({ stockedLine }) => stockedLine)))
    for (const component of components) {
      const dealt = packages.map((each) => ({ each, units: each.contents.filter((row) => row.line === line && row.stockedLine === component).reduce((sum, { units }) => sum + units, 0) }))
      const total = dealt.reduce((sum, { units }) => sum + units, 0)
      const perUnit = total / numbers.length
      let from = 0
      for (const { each, units } of dealt) {
        if (units > 0 && these.includes(each)) {
          const first = Math.floor(from / perUnit)
          const last = Math.ceil((from + units) / perUnit) - 1
          for (let index = first; index <= last; index++) {
            const number = numbers[index]
            if (number !== undefined) hit.add(number)
          }
        }
        from += units
      }
    }
    return hit.size === 0 ? [] : [{ line, unitNumbers: unitRanges(hit) }]
  })
}
