/** Answers whether a shorter list still fails in the same way. */
export type StillFails<T> = (list: readonly T[]) => Promise<boolean>

/** Weaker forms of one element, the weakest first. */
export type Weaken<T> = (element: T) => readonly T[]

/**
 * The shortest list found that still fails, by leaving out pieces, then by weakening what is left (Zeller's ddmin).
 * Stops after `tries`: what it has by then fails, too.
 */
export async function shrink<T>(list: readonly T[], stillFails: StillFails<T>, weaken: Weaken<T> = () => [], tries = 3_000): Promise<readonly T[]> {
  let best = list
  let left = tries
  const isBetter = async (candidate: readonly T[]): Promise<boolean> => {
    if (left-- <= 0 || !(await stillFails(candidate))) return false
    best = candidate
    return true
  }
  for (let before = -1; before !== best.length && left > 0; ) {
    before = best.length
    for (let size = Math.ceil(best.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      // from the end: what comes later hangs on what came before
      for (let end = best.length; end > 0; end -= size) {
        await isBetter([...best.slice(0, Math.max(0, end - size)), ...best.slice(end)])
      }
    }
    for (let at = 0; at < best.length; at++) {
      const element = best[at]
      if (element === undefined) continue
      for (const weaker of weaken(element)) if (await isBetter(best.with(at, weaker))) break
    }
  }
  return best
}
