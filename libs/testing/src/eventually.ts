import { setTimeout as pause } from 'node:timers/promises'

/** Unit: ms between two tries. Short, because a test waits for it on average half. */
const pauseMs = 25

/** Tries until it no longer throws, and answers what it returned then. Throws: its last error, after `withinMs`. */
export async function eventually<T>(attempt: () => T | Promise<T>, withinMs = 5_000): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await pause(pauseMs)
  }
}
