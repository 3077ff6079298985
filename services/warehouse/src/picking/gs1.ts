import type { BusinessDate } from '@waybill/kernel'

/** What a GS1 element string says of one item. */
export interface Gs1 {
  /** 14 digits, check digit right. */
  readonly gtin: string
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly serial: string | null
}

/** Ends a field of variable length. Source: GS1 General Specifications, 7.8. */
const GROUP_SEPARATOR = '\x1d'
const SYMBOLOGY = /^\](?:C1|e0|d2|Q3|J1)/
const TEXT_MAX = 20

interface Field {
  readonly length: number
  readonly form: RegExp
  /** Fixed length: no separator follows. */
  readonly fixed: boolean
}

const digits = (length: number): Field => ({ length, form: new RegExp(`^\\d{${length}}$`), fixed: true })
const characters: Field = { length: TEXT_MAX, form: /^[\x21-\x22\x25-\x2f\x30-\x39\x3a-\x3f\x41-\x5a\x5f\x61-\x7a]{1,20}$/, fixed: false }
const count: Field = { length: 8, form: /^\d{1,8}$/, fixed: false }

/** The fields a warehouse meets on goods. Source: GS1 General Specifications, 3.2. */
const fields: Readonly<Record<string, Field>> = {
  '01': digits(14), '02': digits(14), '11': digits(6), '13': digits(6), '15': digits(6), '16': digits(6), '17': digits(6),
  '10': characters, '21': characters, '22': characters, '30': count, '37': count,
}

/** Check digit of a GS1 key: weights 3, 1, 3, ... from the right over all digits before it. Source: domain D9. */
export function checkDigitOf(digitsBefore: string): number {
  const sum = [...digitsBefore].reverse().reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0)
  return (10 - (sum % 10)) % 10
}

export const hasRightCheckDigit = (key: string): boolean => checkDigitOf(key.slice(0, -1)) === Number(key.at(-1))

/** Was this meant as a GS1 element string? */
export const looksLikeGs1 = (text: string): boolean =>
  SYMBOLOGY.test(text) || text.includes(GROUP_SEPARATOR) || text.startsWith('(01)') || /^01\d{14}\d{2}/.test(text)

/**
 * Reads GTIN, lot, expiry and serial of an element string, as scanned (FNC1 as ASCII 29) or with its identifiers in
 * brackets. `year`: the current one, which tells the century of a two-digit year. Returns undefined where a check digit
 * is wrong, a field is cut off or unknown, one is given twice, or the GTIN is missing: such a label is not guessed at.
 */
export function parseGs1(text: string, year: number): Gs1 | undefined {
  const found = text.startsWith('(') ? bracketed(text) : plain(text.replace(SYMBOLOGY, ''))
  const gtin = found?.get('01')
  if (!found || gtin === undefined || !hasRightCheckDigit(gtin)) return undefined
  const expiry = found.get('17')
  const expiresOn = expiry === undefined ? null : dateOf(expiry, year)
  if (expiresOn === undefined) return undefined
  return { gtin, lot: found.get('10') ?? null, expiresOn, serial: found.get('21') ?? null }
}

function plain(text: string): Map<string, string> | undefined {
  const found = new Map<string, string>()
  let rest = text.startsWith(GROUP_SEPARATOR) ? text.slice(1) : text
  while (rest !== '') {
    const identifier = rest.slice(0, 2)
    const field = fields[identifier]
    if (!field) return undefined
    const separator = rest.indexOf(GROUP_SEPARATOR)
    const end = field.fixed ? 2 + field.length : separator === -1 ? rest.length : separator
    if (!keep(found, identifier, rest.slice(2, end), field)) return undefined
    rest = rest.slice(end)
    if (rest.startsWith(GROUP_SEPARATOR)) rest = rest.slice(1)
  }
  return found
}

function bracketed(text: string): Map<string, string> | undefined {
  const found = new Map<string, string>()
  const parts = [...text.matchAll(/\((\d{2})\)([^(]*)/g)]
  if (parts.map(([part]) => part).join('') !== text) return undefined
  for (const [, identifier = '', value = ''] of parts) {
    const field = fields[identifier]
    if (!field || !keep(found, identifier, value, field)) return undefined
  }
  return found
}

function keep(found: Map<string, string>, identifier: string, value: string, field: Field): boolean {
  if (found.has(identifier) || !field.form.test(value)) return false
  found.set(identifier, value)
  return true
}

/** YYMMDD; day 00 is the last of the month; the century is the one that is nearer. Source: GS1 General Specifications, 7.12. */
function dateOf(value: string, year: number): BusinessDate | undefined {
  const [yy = 0, month = 0, day = 0] = [value.slice(0, 2), value.slice(2, 4), value.slice(4, 6)].map(Number)
  const apart = yy - (year % 100)
  const full = year - (year % 100) + yy + (apart >= 51 ? -100 : apart <= -50 ? 100 : 0)
  if (month < 1 || month > 12) return undefined
  const last = daysIn(full, month)
  if (day > last) return undefined
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${full}-${two(month)}-${two(day === 0 ? last : day)}` as BusinessDate
}

const daysIn = (year: number, month: number): number =>
  month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
