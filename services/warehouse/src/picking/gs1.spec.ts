import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readBarcode } from './barcode.js'
import { checkDigitOf, hasRightCheckDigit, parseGs1 } from './gs1.js'

const GS = '\x1d'
const GTIN = '04006381333931'

describe('a GS1 label', () => {
  it.each([
    [`]C101${GTIN}1727050110L-1${GS}21S9`, 'as scanned from a GS1-128'],
    [`]d201${GTIN}21S9${GS}10L-1${GS}17270501`, 'as scanned from a DataMatrix, in another order'],
    [`${GS}01${GTIN}10L-1${GS}1727050121S9`, 'with a leading separator'],
    [`(01)${GTIN}(17)270501(10)L-1(21)S9`, 'with brackets, as people type it'],
  ])('%s is read, %s', (text) => {
    expect(parseGs1(text, 2026)).toEqual({ gtin: GTIN, lot: 'L-1', expiresOn: '2027-05-01', serial: 'S9' })
  })

  it.each([
    [`01${GTIN.slice(0, 13)}2`, 'a wrong check digit'],
    [`01${GTIN.slice(0, 12)}`, 'a GTIN cut off'],
    [`01${GTIN}17`, 'a date cut off'],
    [`01${GTIN}17271301`, 'a thirteenth month'],
    [`01${GTIN}17270230`, 'a day that is not'],
    [`01${GTIN}99X`, 'a field nobody knows'],
    [`01${GTIN}10${'L'.repeat(21)}`, 'a lot that swallowed what follows, for want of a separator'],
    [`01${GTIN}10A${GS}10B`, 'two lots'],
    [`10L-1${GS}17270501`, 'no GTIN'],
    [`(01)${GTIN}(17`, 'a bracket that does not close'],
    ['', 'nothing'],
  ])('%s is not guessed at: %s', (text) => {
    expect(parseGs1(text, 2026)).toBeUndefined()
  })

  it('means the last day of the month by day 00, and the nearer century by two digits', () => {
    expect(parseGs1(`01${GTIN}17280200`, 2026)?.expiresOn).toBe('2028-02-29')
    expect(parseGs1(`01${GTIN}17760101`, 2026)?.expiresOn).toBe('2076-01-01')
    expect(parseGs1(`01${GTIN}17770101`, 2026)?.expiresOn).toBe('1977-01-01')
    expect(parseGs1(`01${GTIN}17010101`, 2099)?.expiresOn).toBe('2101-01-01')
  })

  it('says the same however its fields are ordered', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ABCxyz0189-/.'), minLength: 1, maxLength: 20 })
    fc.assert(fc.property(fc.integer({ min: 0, max: 9_999_999_999_999 }), text, text, fc.boolean(), (number, lot, serial, lotFirst) => {
      const body = String(number).padStart(13, '0')
      const gtin = `${body}${checkDigitOf(body)}`
      const variable = lotFirst ? `10${lot}${GS}21${serial}` : `21${serial}${GS}10${lot}`
      expect(parseGs1(`]C101${gtin}17301231${variable}`, 2026)).toEqual({ gtin, lot, serial, expiresOn: '2030-12-31' })
    }))
  })

  it('is refused for any digit read wrongly', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 13 }), fc.integer({ min: 1, max: 9 }), (place, plus) => {
      const wrong = [...GTIN].map((digit, index) => (index === place ? (Number(digit) + plus) % 10 : digit)).join('')
      expect(hasRightCheckDigit(wrong)).toBe(false)
    }))
  })
})

describe('a scan', () => {
  it('is a GTIN of any length, a product number, or a GS1 label, whatever stands around it', () => {
    expect(readBarcode('4006381333931\r\n', 2026)).toMatchObject({ key: GTIN })
    expect(readBarcode('\tP-100\n', 2026)).toMatchObject({ key: 'P-100' })
    expect(readBarcode(`]C101${GTIN}10L-1\u241d17270501`, 2026)).toMatchObject({ key: GTIN, lot: 'L-1', expiresOn: '2027-05-01' })
  })

  it('is refused if no label could say it', () => {
    for (const text of ['', '   ', '\u001b[2J', 'A\u0000B', 'A\tB', 'x'.repeat(201), '\u202e1234']) expect(readBarcode(text, 2026)).toMatchObject({ refused: 'invalid-scan' })
    expect(readBarcode(`]C101${GTIN}17`, 2026)).toMatchObject({ refused: 'invalid-gs1' })
  })

  it('never breaks the reader', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void readBarcode(text, 2026)))
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...`0129()]C${GS}`), maxLength: 60 }), (text) => void readBarcode(text, 2026)))
  })
})
