import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How often the delay is sampled, and over how long a time it is looked at. */
const RESOLUTION_MS = 20
const WINDOW_MS = 1_000

let shared: { readonly histogram: ReturnType<typeof monitorEventLoopDelay>; readonly timer: NodeJS.Timeout; users: number; p99Ms: number; meanMs: number } | undefined

/** How late this process's event loop was, 99th percentile of the last second. One monitor per process, however many services it hosts. */
export class EventLoopDelay {
  start(): void {
    if (shared) {
      shared.users++
      return
    }
    const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    histogram.enable()
    const timer = setInterval(() => {
      if (!shared) return
      // what it measures contains its own sampling interval
      shared.p99Ms = Math.max(0, histogram.percentile(99) / 1e6 - RESOLUTION_MS)
      shared.meanMs = Math.max(0, (histogram.count === 0 ? 0 : histogram.mean / 1e6) - RESOLUTION_MS)
      histogram.reset()
    }, WINDOW_MS).unref()
    shared = { histogram, timer, users: 1, p99Ms: 0, meanMs: 0 }
  }

  stop(): void {
    if (!shared || --shared.users > 0) return
    clearInterval(shared.timer)
    shared.histogram.disable()
    shared = undefined
  }

  get p99Ms(): number {
    return shared?.p99Ms ?? 0
  }

  /** The mean of the last second: a single pause of a busy machine moves it little, work that piles up moves it much. */
  get meanMs(): number {
    return shared?.meanMs ?? 0
  }
}
