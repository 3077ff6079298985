import type { Finding } from './verify.js'

/** Violations shown of one rule. */
const SHOWN = 10

/** One line of the table, its columns aligned; the violations of a broken rule under it. */
export function lineOf({ rule, violations, tookMs }: Finding): string {
  const head = `${violations.length === 0 ? 'ok    ' : 'BROKEN'}  ${rule.id.padEnd(3)} ${`${tookMs} ms`.padStart(8)}  ${rule.promise}`
  const named = violations.slice(0, SHOWN).map(({ subject, what }) => `          ${subject}: ${what}`)
  const more = violations.length > SHOWN ? [`          ... and ${violations.length - SHOWN} more`] : []
  return [head, ...named, ...more].join('\n')
}
