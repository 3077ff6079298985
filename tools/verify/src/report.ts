import type { Finding } from './verify.js'

/** Violations shown of one rule. */
const SHOWN = 10

/** One line of the table; the violations of a broken rule under it. */
export function lineOf({ rule, violations, tookMs }: Finding): string {
  const head = `${violations.length === 0 ? 'ok    ' : 'BROKEN'}  ${rule.id.padEnd(4)} ${rule.promise} (${tookMs} ms)`
  const named = violations.slice(0, SHOWN).map(({ subject, what }) => `          ${subject}: ${what}`)
  const more = violations.length > SHOWN ? [`          ... and ${violations.length - SHOWN} more`] : []
  return [head, ...named, ...more].join('\n')
}
