import { setTimeout as wait } from 'node:timers/promises'
import type { Rule, Violation } from './rule.js'
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
  /** How long rules across services may take to agree. Unit: ms. */
  readonly settleMs?: number
  readonly only?: readonly string[]
  readonly onRule?: (finding: Finding) => void
}

/** What two services have not told each other yet is in motion, not wrong: asked again for this long. Source: reliability, section 6. */
const SETTLE_MS = 60_000
const PAUSE_MS = 1_000

/** Checks every guarantee. A rule that compares services is asked again until it holds or the time is over. */
export async function verify(world: World, { settleMs = SETTLE_MS, only, onRule }: VerifyOptions = {}): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const until = Date.now() + settleMs
  for (const rule of rules.filter(({ id }) => only === undefined || only.includes(id))) {
    const started = Date.now()
    let violations = await rule.check(world)
    while (violations.length > 0 && rule.settles && Date.now() < until) {
      await wait(PAUSE_MS)
      world.forget()
      violations = await rule.check(world)
    }
    const finding = { rule, violations, tookMs: Date.now() - started }
    findings.push(finding)
    onRule?.(finding)
  }
  return findings
}
