import { invariant } from '@waybill/kernel'

/** Neighbouring units that weigh the same when an amount is split over them. */
export interface WeighedRun {
  readonly units: number
  /** Of one unit. */
  readonly weight: bigint
}

/** Neighbouring units that got the same part. */
export interface Share {
  readonly units: number
  /** Of one unit. Unit: minor units. */
  readonly minor: bigint
}

/**
 * The kernel's splitByLargestRemainder over single units, without making a million units: the same parts, told in runs.
 * Gives the shares of each run, in order; their units sum to the run's. Source: domain D12.
 */
export function splitOverRuns(minor: bigint, runs: readonly WeighedRun[]): Share[][] {
  invariant(minor >= 0n && runs.every(({ units, weight }) => units > 0 && weight >= 0n), 'an amount is split over units')
  const total = runs.reduce((sum, { units, weight }) => sum + weight * BigInt(units), 0n)
  if (total === 0n) {
    if (minor === 0n) return runs.map(({ units }) => [{ units, minor: 0n }])
    return splitOverRuns(minor, runs.map(({ units }) => ({ units, weight: 1n })))
  }
  const floors = runs.map(({ weight }) => (minor * weight) / total)
  let left = minor - runs.reduce((sum, { units }, index) => sum + (floors[index] ?? 0n) * BigInt(units), 0n)
  const raised = runs.map(() => 0)
  const byRemainder = runs
    .map(({ weight }, index) => ({ index, remainder: (minor * weight) % total }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (const { index } of byRemainder) {
    const units = runs[index]?.units ?? 0
    const here = left < BigInt(units) ? Number(left) : units
    raised[index] = here
    left -= BigInt(here)
  }
  return runs.map(({ units }, index) => {
    const low = floors[index] ?? 0n
    const more = raised[index] ?? 0
    return [
      { units: more, minor: low + 1n },
      { units: units - more, minor: low },
    ].filter((share) => share.units > 0)
  })
}
