/** Resolves after so many milliseconds, or at once when the signal fires. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** A bell: whoever rings it while somebody waits, or just before, wakes the waiter. */
export class Bell {
  private rung = false
  private wake: (() => void) | undefined

  ring(): void {
    this.rung = true
    this.wake?.()
  }

  /** Resolves when rung, or after so many milliseconds. */
  async wait(ms: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.rung = false
    this.wake = undefined
  }
}

/** Grows from `firstMs` by doubling, with jitter so that many waiters do not come back at once. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 20))
  return full * (0.5 + Math.random() / 2)
}

/** Resolves with the work, or after so many milliseconds without it. */
export async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** Longest period of small pieces of work. Unit: ms. */
const PERIOD_MAX_MS = 250

/**
 * How long from the beginning of a small piece of work to that of the next: a third of the time may go into them. Where everything is busy
 * each takes long, so that they become fewer and larger, and there is time for what is behind; where nothing is, nobody waits.
 */
export const periodOf = (tookMs: number, leastMs: number): number => Math.min(PERIOD_MAX_MS, Math.max(leastMs, 3 * tookMs))
