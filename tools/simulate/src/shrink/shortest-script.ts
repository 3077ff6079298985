import type { PlantedBug } from '../planted/bug.js'
import { run, type RunResult } from '../run.js'
import type { Step } from '../steps.js'
import { shrink } from './shrink.js'

/** What is wrong, without of whom: two runs that break the same rule fail in the same way. */
export const kindOf = ([first = '']: readonly string[]): string => (first.split('\n')[0] ?? '').replaceAll(/[0-9a-f-]{12,}|\d+|\{.*\}/g, '#')

/** The shortest script found that breaks what a run broke. */
export async function shortestScript({ seed, broken, script, isAtRest }: RunResult, bug?: PlantedBug, tries?: number): Promise<RunResult> {
  const kind = kindOf(broken)
  let shortest: RunResult | undefined
  await shrink(
    script,
    async (candidate) => {
      const result = await run({ seed, steps: candidate.length, script: candidate, noRest: !isAtRest, ...(bug ? { bug } : {}) })
      if (result.broken.length === 0 || kindOf(result.broken) !== kind) return false
      shortest = result
      return true
    },
    withoutFault,
    tries,
  )
  return shortest ?? { seed, broken, script, isAtRest, steps: script.length, orders: 0 }
}

const withoutFault = ({ fault, ...rest }: Step): Step[] => (fault === undefined ? [] : [rest])
