import { setTimeout as wait } from 'node:timers/promises'
import { NAMED_MAX, type Rule, type Violation } from './rule.js'
import { rules } from './rules/index.js'
import type { World } from './world.js'

/** How one rule came out. */
export interface Finding {
  readonly rule: Rule
  readonly violations: readonly Violation[]
  /** How long it took until it held, or until we gave up. Unit: ms. */
  readonly tookMs: number
}

export interface VerifyOptions {
  /** How long rules across services may take to agree, all together. Unit: ms. */
  readonly settleMs?: number
  /** Ids of the rules to check; left out: all. */
  readonly only?: readonly string[]
  readonly onRule?: (finding: Finding) => void
}

/** What two services have not told each other yet is in motion, not wrong: asked again for this long. Source: reliability, section 6. */
const SETTLE_MS = 60_000
const PAUSE_MS = 1_000

/**
 * Checks every guarantee. A rule that compares services is asked again until what it named has come right, or the time is over:
 * where orders are moving, each look finds others in motion, and only what stays wrong is wrong.
 * Throws: where a database, topic or ledger does not answer, and on a rule that is not there.
 */
export async function verify(world: World, { settleMs = SETTLE_MS, only, onRule }: VerifyOptions = {}): Promise<readonly Finding[]> {
  const unknown = only?.find((id) => !rules.some((rule) => rule.id === id))
  // a misspelt rule must not pass as one that holds
  if (unknown !== undefined) throw new Error(`There is no rule ${unknown}`)
  const findings: Finding[] = []
  const until = Date.now() + settleMs
  for (const rule of rules.filter(({ id }) => only === undefined || only.includes(id))) {
    const started = Date.now()
    let violations = await rule.check(world)
    while (violations.length > 0 && rule.settles && Date.now() < until) {
      await wait(PAUSE_MS)
      world.forget()
      violations = stillWrong(violations, await rule.check(world))
    }
    const finding = { rule, violations, tookMs: Date.now() - started }
    findings.push(finding)
    onRule?.(finding)
  }
  return findings
}

/** By subject alone: of one that moves, the values differ at each look. Where not all could be named, nothing is told apart. */
function stillWrong(before: readonly Violation[], now: readonly Violation[]): readonly Violation[] {
  if (now.length >= NAMED_MAX) return now
  const subjects = new Set(before.map(({ subject }) => subject))
  return now.filter(({ subject }) => subjects.has(subject))
}
