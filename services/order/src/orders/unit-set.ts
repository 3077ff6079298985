import { invariant, type UnitRange } from '@waybill/kernel'

/** Numbered units of one ordered line, as ascending runs that neither meet nor overlap: a line of a million units costs as much as one of two. */
export type UnitSet = readonly UnitRange[]

export const noUnits: UnitSet = []

/** All units of a line: 1 to n. */
export const allUnits = (units: number): UnitSet => (units === 0 ? noUnits : [{ from: 1, to: units }])

export const countUnits = (set: UnitSet): number => set.reduce((sum, { from, to }) => sum + to - from + 1, 0)

/** What is in any of the sets. Takes runs in any order, as messages carry them. */
export function union(...sets: readonly UnitSet[]): UnitSet {
  const given = sets.length === 1 ? (sets[0] ?? noUnits) : sets.flat()
  for (const { from, to } of given) invariant(from >= 1 && from <= to, 'a run of units begins before it ends', { from, to })
  if (given.length < 2) return given
  const runs: { from: number; to: number }[] = []
  for (const { from, to } of given.toSorted((a, b) => a.from - b.from)) {
    const last = runs.at(-1)
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to)
    else runs.push({ from, to })
  }
  return runs
}

/** What is in `set` and not in `gone`. */
export function minus(set: UnitSet, gone: UnitSet): UnitSet {
  let left: UnitSet = union(set)
  if (left.length === 0) return left
  for (const { from, to } of gone) {
    left = left.flatMap((run) => {
      if (run.to < from || run.from > to) return [run]
      return [
        ...(run.from < from ? [{ from: run.from, to: from - 1 }] : []),
        ...(run.to > to ? [{ from: to + 1, to: run.to }] : []),
      ]
    })
  }
  return left
}

/** What is in both. */
export const intersection = (a: UnitSet, b: UnitSet): UnitSet => minus(a, minus(a, b))

/** The lowest `units` numbers. Throws: InvariantBroken if there are fewer. */
export function lowest(set: UnitSet, units: number): UnitSet {
  const taken: UnitRange[] = []
  let open = units
  for (const { from, to } of set) {
    if (open === 0) break
    const size = Math.min(open, to - from + 1)
    taken.push({ from, to: from + size - 1 })
    open -= size
  }
  invariant(open === 0, 'a line has as many free units as are taken', { free: countUnits(set), units })
  return taken
}
