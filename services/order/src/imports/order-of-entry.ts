import { exponentOf } from '@waybill/kernel'
import { isCurrency } from '../reading/currency.js'
import { refusal, refuse, type Fault, type Refusal } from '../reading/fault.js'
import { lineColumns, type Column } from './columns.js'
import type { EntryContent, EntryRow } from './entry.js'

/** What a file means where it says no currency. */
export type DefaultCurrency = (channel: string) => string | undefined

type Row = { readonly [C in Column]?: string }

/** An order as the other doors get it, made of an entry of a file; refused where the entry is none. Pointers lead into that order. */
export function orderOfEntry(content: EntryContent, columns: readonly string[], defaultCurrency: DefaultCurrency): { readonly order: unknown } | Refusal {
  if ('tooLong' in content) return refuse('row-too-long', '', 'The line is longer than an order may be')
  if ('json' in content) return parsed(content.json)
  const faulty = content.rows.findIndex(({ fault }) => fault !== undefined)
  const fault = content.rows[faulty]?.fault
  if (fault) return refuse(fault.code, `/lines/${faulty}`, fault.detail)
  return orderOfRows(content.rows.map((row) => fieldsOf(row, columns)), defaultCurrency)
}

function parsed(json: string): { readonly order: unknown } | Refusal {
  try {
    return { order: JSON.parse(json) as unknown }
  } catch (error) {
    // JSON.parse quotes what it stumbled over: that may be a customer's name
    if (error instanceof SyntaxError) return refuse('malformed-json', '', 'The line is not JSON')
    throw error
  }
}

/** Empty fields say nothing. */
const fieldsOf = (row: EntryRow, columns: readonly string[]): Row =>
  Object.fromEntries(columns.flatMap((column, index) => (row.fields[index] === undefined || row.fields[index].trim() === '' ? [] : [[column, row.fields[index]]])))

function orderOfRows(rows: readonly Row[], defaultCurrency: DefaultCurrency): { readonly order: unknown } | Refusal {
  const first = rows[0] ?? {}
  const faults = disagreements(rows, first)
  const currency = first.currency ?? defaultCurrency(first.channel ?? '')
  const amount = (row: Row, column: Column, pointer: string) => {
    const text = row[column]
    if (text === undefined) return undefined
    const minor = minorOf(text.trim(), currency)
    if (minor === undefined) faults.push({ code: 'invalid-amount', pointer, detail: `Expected an amount such as ${exampleOf(currency)}` })
    return minor
  }
  const order = {
    channel: first.channel,
    reference: first.reference,
    placedAt: first.placedAt,
    currency: first.currency,
    customer: { name: first.customerName, email: first.email, phone: first.phone, language: first.language },
    deliveryAddress: {
      name: first.deliveryName,
      street: first.street,
      street2: first.street2,
      postalCode: first.postalCode,
      city: first.city,
      region: first.region,
      country: first.country,
    },
    delivery: { preference: first.preference, forbiddenModes: first.forbiddenModes?.split(/[\s|]+/).filter((mode) => mode !== '') },
    lines: rows.map((row, index) => ({
      product: row.product,
      units: wholeNumber(row.units),
      options: optionsOf(row.options, index, faults),
      unitPriceMinor: amount(row, 'unitPrice', `/lines/${index}/unitPriceMinor`),
      taxMinor: amount(row, 'tax', `/lines/${index}/taxMinor`),
    })),
    discountMinor: amount(first, 'discount', '/discountMinor'),
    shippingMinor: amount(first, 'shipping', '/shippingMinor'),
    totalMinor: amount(first, 'total', '/totalMinor'),
    payment: { token: first.paymentToken, capturedMinor: amount(first, 'captured', '/payment/capturedMinor') },
    priority: wholeNumber(first.priority),
  }
  const [fault, ...others] = faults
  // an unknown currency is the fault, not the amounts that cannot be read because of it
  return fault && (currency === undefined || isCurrency(currency)) ? refusal([fault, ...others]) : { order }
}

/** What a later row says about the order has to be what the first said. */
function disagreements(rows: readonly Row[], first: Row): Fault[] {
  return rows.flatMap((row, index) =>
    (Object.keys(row) as Column[])
      .filter((column) => pointers.has(column) && !lineColumns.has(column) && column !== 'reference' && row[column] !== first[column])
      .map((column): Fault => ({
        code: column === 'currency' ? 'invalid-currency' : 'rows-disagree',
        pointer: `/lines/${index}/${column}`,
        detail: `${column} is not what the first row of the order says`,
      })),
  )
}

/** Left as it is where it is no whole number: the reader of all doors refuses it. */
const wholeNumber = (text: string | undefined): number | string | undefined => (text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : text)

/** `size=L|colour=red` */
function optionsOf(text: string | undefined, index: number, faults: Fault[]): Record<string, string> | undefined {
  if (text === undefined) return undefined
  const pairs = text.split('|').map((pair) => pair.split('='))
  if (pairs.every((pair) => pair.length === 2)) return Object.fromEntries(pairs.map(([option = '', choice = '']) => [option.trim(), choice.trim()]))
  faults.push({ code: 'invalid-option', pointer: `/lines/${index}/options`, detail: 'Expected option=choice, several divided by |' })
  return undefined
}

/** Minor units of an amount as people write it in files: digits, and a point before the currency's own number of decimals. */
export function minorOf(text: string, currency: string | undefined): number | undefined {
  const exponent = decimalsOf(currency)
  const [, whole, decimals = ''] = /^(\d{1,16})(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined || decimals.length > exponent) return undefined
  const minor = BigInt(whole + decimals.padEnd(exponent, '0'))
  return minor <= 9_000_000_000_000_000n ? Number(minor) : undefined
}

/** Two where nobody said which currency: that is refused anyway. */
const decimalsOf = (currency: string | undefined): number => (currency === undefined ? 2 : exponentOf(currency))

const exampleOf = (currency: string | undefined): string => {
  const exponent = decimalsOf(currency)
  return `${exponent === 0 ? '1234' : `1234.${'5'.padEnd(exponent, '0')}`} (${currency ?? 'the currency'} has ${exponent} decimals, no thousands separators)`
}

/** Which pointer into an order a column stands for. */
const pointers: ReadonlyMap<string, string> = new Map(
  Object.entries({
    channel: '/channel',
    reference: '/reference',
    placedAt: '/placedAt',
    currency: '/currency',
    customerName: '/customer/name',
    email: '/customer/email',
    phone: '/customer/phone',
    language: '/customer/language',
    deliveryName: '/deliveryAddress/name',
    street: '/deliveryAddress/street',
    street2: '/deliveryAddress/street2',
    postalCode: '/deliveryAddress/postalCode',
    city: '/deliveryAddress/city',
    region: '/deliveryAddress/region',
    country: '/deliveryAddress/country',
    preference: '/delivery/preference',
    forbiddenModes: '/delivery/forbiddenModes',
    discount: '/discountMinor',
    shipping: '/shippingMinor',
    total: '/totalMinor',
    paymentToken: '/payment/token',
    captured: '/payment/capturedMinor',
    priority: '/priority',
  }),
)
const columnByPointer: ReadonlyMap<string, string> = new Map([...pointers].map(([column, pointer]) => [pointer, column]))
const lineColumnByField: Readonly<Record<string, string>> = { unitPriceMinor: 'unitPrice', taxMinor: 'tax' }

/** Where in a file the fault is: which row of the order (from 0), which column; no column where the row itself is wrong. */
export function placeOf(pointer: string): { readonly row: number; readonly column: string } {
  const [, row, field] = /^\/lines\/(\d+)(?:\/([^/]+))?/.exec(pointer) ?? []
  if (row !== undefined) return { row: Number(row), column: field === undefined ? '' : (lineColumnByField[field] ?? field) }
  return { row: 0, column: columnByPointer.get(pointer) ?? '' }
}
