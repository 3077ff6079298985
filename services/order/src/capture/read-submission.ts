import { hasRefusedCharacter } from '@waybill/kernel'
import { isCurrency } from '../reading/currency.js'
import type { DeliveryPreference, TransportMode } from '../orders/placed-order.js'
import { isCountry } from '../reading/country.js'
import { isEmail } from '../reading/email.js'
import { FieldReader, isObject } from '../reading/field-reader.js'
import { isReference, REFERENCE_FORM } from './reference.js'
import { refusal, refuse, type Fault, type Refusal } from '../reading/fault.js'
import { PRIORITY_USUAL, type Submission, type SubmittedLine } from './submission.js'

const LINES_MAX = 500
const OPTIONS_MAX = 20
const preferences: readonly DeliveryPreference[] = ['economy', 'standard', 'express', 'green']
const modes: readonly TransportMode[] = ['road', 'air', 'water', 'rail']

/** How a door reads: a REST call or file that says what we do not know is refused, a message from a newer channel is not. */
export interface Reading {
  readonly unknownProperties: 'refuse' | 'ignore'
}

/** Reads an order as a channel sent it: the one place that knows its form, for all doors. Refuses with every fault found. */
export function readSubmission(body: unknown, reading: Reading): Submission | Refusal {
  if (!isObject(body)) return refuse('object-expected', '', 'An order is a JSON object')
  const lines = body['lines']
  if (!Array.isArray(lines) || lines.length === 0) return refuse('lines-required', '/lines', 'An order has at least one line')
  if (lines.length > LINES_MAX) return refuse('too-many-lines', '/lines', `At most ${LINES_MAX} lines, not ${lines.length}`)

  const faults: Fault[] = []
  const finish = (reader: FieldReader) => reading.unknownProperties === 'refuse' && reader.nothingElse()
  const order = new FieldReader(body, '', faults)
  order.raw('lines')
  const channel = order.text('channel', 64)
  const reference = order.checked('reference', 'invalid-reference', REFERENCE_FORM, isReference)
  const placedAt = order.instantOrNull('placedAt')
  const currency = order.checkedOrNull('currency', 'invalid-currency', 'an ISO 4217 code such as EUR', isCurrency)

  const buyer = order.object('customer')
  const customer = {
    name: buyer.text('name', 200),
    email: buyer.checked('email', 'invalid-email', 'an e-mail address', isEmail),
    phone: buyer.textOrNull('phone', 40),
    language: buyer.checkedOrNull('language', 'invalid-value', 'a language such as en or pt-BR', isLanguage) ?? 'en',
  }
  finish(buyer)

  const address = order.object('deliveryAddress')
  const deliveryAddress = {
    name: address.textOrNull('name', 200) ?? customer.name,
    street: address.text('street', 200),
    street2: address.textOrNull('street2', 200),
    // some countries have none: Ireland's villages, the Emirates
    postalCode: address.textOrNull('postalCode', 16) ?? '',
    city: address.text('city', 100),
    region: address.textOrNull('region', 64),
    country: address.checked('country', 'invalid-country', 'an ISO 3166-1 code such as DE', isCountry),
  }
  finish(address)

  const delivery = order.object('delivery', false)
  const preference = delivery.word('preference', preferences, 'standard')
  const forbiddenModes = readModes(delivery)
  finish(delivery)

  const paid = order.object('payment', false)
  const payment = { token: paid.textOrNull('token', 200), capturedMinor: paid.amountOrNull('capturedMinor') }
  finish(paid)

  const submission: Submission = {
    channel,
    reference,
    placedAt,
    currency,
    customer,
    deliveryAddress,
    preference,
    forbiddenModes,
    lines: lines.map((line, index) => readLine(line, index, currency, faults, finish)),
    discountMinor: order.amountOrNull('discountMinor'),
    shippingMinor: order.amountOrNull('shippingMinor'),
    totalMinor: order.amountOrNull('totalMinor'),
    payment,
    priority: order.integer('priority', 0, 9, PRIORITY_USUAL),
  }
  finish(order)
  const [first, ...others] = faults
  return first ? refusal([first, ...others]) : submission
}

function readLine(line: unknown, index: number, currency: string | null, faults: Fault[], finish: (reader: FieldReader) => void): SubmittedLine {
  const at = `/lines/${index}`
  if (!isObject(line)) {
    faults.push({ code: 'object-expected', pointer: at, detail: 'A line is a JSON object' })
    return { product: '', units: 0, options: {}, unitPriceMinor: null, taxMinor: null }
  }
  const reader = new FieldReader(line, at, faults)
  const read = {
    product: reader.text('product', 64),
    units: reader.units('units'),
    options: readOptions(reader),
    unitPriceMinor: reader.amountOrNull('unitPriceMinor'),
    taxMinor: reader.amountOrNull('taxMinor'),
  }
  // an order has one currency; a line may say it again, never another
  const own = reader.raw('currency')
  if (own !== undefined && own !== currency) reader.refuse('currency', 'invalid-currency', 'All lines are in the currency of the order')
  finish(reader)
  return read
}

function readOptions(line: FieldReader): Readonly<Record<string, string>> {
  const given = line.raw('options')
  if (given === undefined || given === null) return {}
  if (!isObject(given)) {
    line.refuse('options', 'object-expected', 'Options are an object: option -> choice')
    return {}
  }
  const entries = Object.entries(given)
  const isGood = ([option, choice]: [string, unknown]) =>
    typeof choice === 'string' && option.length <= 64 && choice.length <= 64 && !hasRefusedCharacter(option) && !hasRefusedCharacter(choice)
  if (entries.length > OPTIONS_MAX || !entries.every(isGood)) {
    line.refuse('options', 'invalid-option', `Expected at most ${OPTIONS_MAX} options with the code of a choice each`)
    return {}
  }
  return given as Readonly<Record<string, string>>
}

function readModes(delivery: FieldReader): readonly TransportMode[] {
  const given = delivery.raw('forbiddenModes')
  if (given === undefined || given === null) return []
  const isModes = Array.isArray(given) && given.every((mode) => modes.includes(mode as TransportMode))
  if (!isModes) {
    delivery.refuse('forbiddenModes', 'invalid-value', `Expected a list of ${modes.join(', ')}`)
    return []
  }
  // a set: the same modes in another order ask for the same
  return modes.filter((mode) => given.includes(mode))
}

const isLanguage = (text: string): boolean => /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,6})?$/.test(text)
