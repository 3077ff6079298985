/** The middle of some values; of an even number, the mean of the two in the middle. Throws: of none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** The value below which this part of all lies, between two neighbours by proportion. Throws: of none. */
export function percentile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new Error('There is no percentile of nothing')
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * part
  const below = sorted[Math.floor(place)] as number
  const above = sorted[Math.ceil(place)] as number
  return below + (above - below) * (place - Math.floor(place))
}

/** What repeated measurements came to. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export const spreadOf = (values: readonly number[]): Spread => ({ median: median(values), min: Math.min(...values), max: Math.max(...values) })

/** Round by round, the first divided by the second: rounds that ran beside each other met the same machine. */
export const ratios = (over: readonly number[], under: readonly number[]): readonly number[] => over.slice(0, under.length).map((value, index) => value / (under[index] as number))

/** Throughput of n at once by the Universal Scalability Law, and where it is greatest. */
export interface ScalabilityLaw {
  /** Throughput of one. */
  readonly lambda: number
  /** Part of the work that waits for others. */
  readonly sigma: number
  /** Price of agreeing, for each pair. */
  readonly kappa: number
}

/**
 * Fits throughput(n) = lambda n / (1 + sigma (n - 1) + kappa n (n - 1)) by least squares on the relative error, over a grid that is refined.
 * Throws: with fewer than three points there is nothing to fit.
 */
export function fitScalability(points: readonly { readonly n: number; readonly throughput: number }[]): ScalabilityLaw {
  if (points.length < 3) throw new Error('Three points at least are needed')
  const first = points.reduce((least, point) => (point.n < least.n ? point : least))
  let best = { lambda: first.throughput / first.n, sigma: 0.5, kappa: 0.05 }
  let width = { lambda: best.lambda * 0.5, sigma: 0.5, kappa: 0.05 }
  for (let refinement = 0; refinement < 12; refinement++) {
    let least = Number.POSITIVE_INFINITY
    let found = best
    for (const lambda of around(best.lambda, width.lambda)) {
      for (const sigma of around(best.sigma, width.sigma)) {
        for (const kappa of around(best.kappa, width.kappa)) {
          const candidate = { lambda, sigma, kappa }
          const error = points.reduce((sum, { n, throughput }) => sum + ((predicted(candidate, n) - throughput) / throughput) ** 2, 0)
          if (error < least) {
            least = error
            found = candidate
          }
        }
      }
    }
    best = found
    width = { lambda: width.lambda / 2, sigma: width.sigma / 2, kappa: width.kappa / 2 }
  }
  return best
}

/** Throughput of n at once. */
export const predicted = ({ lambda, sigma, kappa }: ScalabilityLaw, n: number): number => (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1))

const STEPS = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1] as const

const around = (value: number, width: number): readonly number[] => STEPS.map((step) => Math.max(0, value + step * width))
