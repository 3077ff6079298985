import { isCode, CODE_FORM } from '../reading/code.js'
import { isCountry } from '../reading/country.js'
import { isCurrency } from '../reading/currency.js'
import { refusal, refuse, type Fault, type Refusal } from '../reading/fault.js'
import { FieldReader, isObject } from '../reading/field-reader.js'
import type { Price } from './price.js'
import { RATE_PPM_MAX, STANDARD_TAX, type TaxRate } from './tax.js'

/** A price as it is declared; no moment: from now on. */
export type PriceDeclaration = Omit<Price, 'effectiveFrom'> & { readonly effectiveFrom: Date | null }
/** A tax rate as it is declared; no moment: from now on. */
export type TaxRateDeclaration = Omit<TaxRate, 'effectiveFrom'> & { readonly effectiveFrom: Date | null }

/** Reads the declaration of a price. Refuses with every fault found. */
export function readPrice(body: unknown): PriceDeclaration | Refusal {
  return readObject(body, 'A price', (reader) => ({
    channel: reader.checked('channel', 'unknown-channel', CODE_FORM, isCode),
    currency: reader.checked('currency', 'invalid-currency', 'an ISO 4217 code such as EUR', isCurrency),
    product: reader.checked('product', 'unknown-product', CODE_FORM, isCode),
    priceMinor: reader.amount('priceMinor'),
    effectiveFrom: reader.instantOrDay('from'),
  }))
}

/** Reads the declaration of a tax rate. Refuses with every fault found. */
export function readTaxRate(body: unknown): TaxRateDeclaration | Refusal {
  return readObject(body, 'A tax rate', (reader) => ({
    country: reader.checked('country', 'invalid-country', 'an ISO 3166-1 code such as DE, or *', (text) => text === '*' || isCountry(text)),
    region: reader.textOrNull('region', 64),
    category: reader.textOrNull('category', 64) ?? STANDARD_TAX,
    ratePpm: readRate(reader),
    effectiveFrom: reader.instantOrDay('from'),
  }))
}

function readObject<T>(body: unknown, what: string, read: (reader: FieldReader) => T): T | Refusal {
  if (!isObject(body)) return refuse('object-expected', '', `${what} is a JSON object`)
  const faults: Fault[] = []
  const reader = new FieldReader(body, '', faults)
  const value = read(reader)
  reader.nothingElse()
  const [first, ...others] = faults
  return first ? refusal([first, ...others]) : value
}

/** `"19"` or `"5.5"`: a text, so that no rate passes through a float. */
const percentForm = /^(\d{1,3})(?:\.(\d{1,4}))?$/

function readRate(reader: FieldReader): number {
  const text = reader.checked('ratePercent', 'invalid-value', 'a text such as "19" or "5.5"', (given) => percentForm.test(given))
  const [, whole = '0', fraction = ''] = percentForm.exec(text) ?? []
  const ratePpm = Number(whole) * 10_000 + Number(fraction.padEnd(4, '0'))
  if (ratePpm > RATE_PPM_MAX) reader.refuse('ratePercent', 'invalid-value', 'A rate is at most 100 %')
  return ratePpm
}
