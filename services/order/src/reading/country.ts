const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
/** Groups, test values and "unknown" that Intl names as well. */
const noCountries: ReadonlySet<string> = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ'])
const known = new Map<string, boolean>()

/** Is this a country of ISO 3166-1 alpha-2, in capitals? Former codes and aliases (`UK`) are none. */
export function isCountry(code: string): boolean {
  if (!/^[A-Z]{2}$/.test(code)) return false
  const before = known.get(code)
  if (before !== undefined) return before
  const isKnown = !noCountries.has(code) && names.of(code) !== undefined && Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`
  known.set(code, isKnown)
  return isKnown
}
