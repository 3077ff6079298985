/** The least difference that a scale and a box of tape make. Unit: grams. Source: domain D8. */
const TOLERANCE_GRAMS = 50
const TOLERANCE_PERCENT = 3

/** How far a package may be off: 50 g, 3 % of what is expected, or half of its lightest piece, whatever is most. Unit: grams. */
export const toleranceGrams = (expectedGrams: number, lightestGrams: number): number =>
  Math.max(TOLERANCE_GRAMS, (expectedGrams * TOLERANCE_PERCENT) / 100, lightestGrams / 2)

/** pass: seal it. mismatch: weigh again. rescan: a piece may be missing or too many, so its contents are scanned again. */
export function checkWeight(actualGrams: number, expectedGrams: number, lightestGrams: number): 'pass' | 'mismatch' | 'rescan' {
  const off = Math.abs(actualGrams - expectedGrams)
  if (off <= toleranceGrams(expectedGrams, lightestGrams)) return 'pass'
  return off > lightestGrams ? 'rescan' : 'mismatch'
}
