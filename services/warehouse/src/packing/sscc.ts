import { invariant } from '@waybill/kernel'
import { checkDigitOf } from '../picking/gs1.js'

const DIGITS_BEFORE_CHECK = 17

/** What an SSCC begins with: the extension digit and the company's GS1 prefix, 5 to 13 digits in all. */
export const isSsccPrefix = (prefix: string): boolean => /^\d{5,13}$/.test(prefix)

/** The number of a package: prefix, serial, check digit; 18 digits. Throws: InvariantBroken when the prefix has no serials left. Source: domain D9. */
export function ssccOf(prefix: string, serial: bigint): string {
  invariant(isSsccPrefix(prefix), 'an SSCC begins with extension digit and GS1 company prefix', { prefix })
  const serialDigits = DIGITS_BEFORE_CHECK - prefix.length
  const digits = serial.toString().padStart(serialDigits, '0')
  invariant(serial >= 0n && digits.length === serialDigits, 'the prefix has serials left', { prefix, serial })
  return `${prefix}${digits}${checkDigitOf(prefix + digits)}`
}
