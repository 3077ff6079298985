const amountForm = 'as in 1234.50, with the decimals of the currency'

const required = {
  channel: 'code of the channel',
  reference: "the channel's own number of the order; the rows of one order stand together",
  customerName: 'who bought',
  email: 'where confirmations go',
  street: 'street and number it goes to',
  city: 'city',
  country: 'ISO 3166-1 alpha-2',
  product: 'number of the product',
  units: 'pieces',
}

const optional = {
  placedAt: 'when it was ordered, as in 2026-11-23T10:00:00Z; default: now',
  currency: "ISO 4217; default: the channel's",
  phone: "customer's phone",
  language: 'language of the mails, as in en or pt-BR',
  deliveryName: 'who receives it, if not the customer',
  street2: 'second line of the address',
  postalCode: 'postal code',
  region: 'state or province',
  preference: 'economy, standard, express or green',
  forbiddenModes: 'road, air, water, rail, divided by |',
  options: 'choices of a configured product: size=L|colour=red',
  unitPrice: `price of one, ${amountForm}; checked against ours, required where the channel prices`,
  tax: `tax of the line, ${amountForm}`,
  discount: `discount on the order, ${amountForm}`,
  shipping: `shipping charge, ${amountForm}`,
  total: `what the customer was told, ${amountForm}; checked to the minor unit`,
  paymentToken: 'means of payment at the provider',
  captured: `what the channel took, ${amountForm}`,
  priority: '0 to 9; default 5',
}

export type Column = keyof typeof required | keyof typeof optional

/** Columns of an order file, one row per ordered line; those of the order itself may stand in its first row only. */
export const requiredColumns = Object.keys(required)
const optionalColumns = Object.keys(optional)

/** What the columns of an order file mean, for people. */
export const columnsExplained: string = [...Object.entries(required).map(([name, means]) => [name, `${means} (required)`]), ...Object.entries(optional)]
  .map(([name, means]) => `- \`${name}\`: ${means}`)
  .join('\n')

/** Columns of an error file: they are not read, so that it can be corrected and loaded as it is. */
export const errorColumns = ['errorRow', 'errorCode', 'errorColumn', 'errorDetail'] as const

/** Columns that every row of an order has for itself; the others say something about the whole order. */
export const lineColumns: ReadonlySet<Column> = new Set<Column>(['product', 'units', 'options', 'unitPrice', 'tax'])

const known: ReadonlyMap<string, string> = new Map([...requiredColumns, ...optionalColumns, ...errorColumns].map((name) => [name.toLowerCase(), name]))

/** Why a file is not taken at all. */
export interface FileRefusal {
  readonly code: 'empty-file' | 'header-mismatch' | 'delimiter' | 'invalid-encoding' | 'file-too-large'
  readonly detail: string
}

const delimiters = [',', ';', '\t'] as const

/** What divides the columns of this header; undefined if nothing known does. */
export function delimiterOf(header: string): string | undefined {
  const counted = delimiters.map((delimiter) => ({ delimiter, columns: header.split(delimiter).length })).sort((a, b) => b.columns - a.columns)
  const [most] = counted
  return most && most.columns > 1 ? most.delimiter : undefined
}

/** The columns in the file's order, by their right names, in whatever case they were written. Refuses: header-mismatch, naming them. */
export function columnsOf(header: readonly string[]): readonly string[] | FileRefusal {
  const names = header.map((name) => known.get(name.trim().toLowerCase()) ?? name.trim())
  const missing = requiredColumns.filter((name) => !names.includes(name))
  const unknown = names.filter((name) => !known.has(name.toLowerCase())).map(printable)
  const doubled = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(printable)
  const faults = [
    missing.length > 0 && `missing: ${missing.join(', ')}`,
    unknown.length > 0 && `unknown: ${unknown.slice(0, 20).join(', ')}`,
    doubled.length > 0 && `twice: ${doubled.slice(0, 20).join(', ')}`,
  ].filter((fault): fault is string => fault !== false)
  if (faults.length === 0) return names
  return { code: 'header-mismatch', detail: `${faults.join('; ')}. Columns: ${[...requiredColumns, ...optionalColumns].join(', ')}` }
}

const printable = (name: string): string => name.replace(/\p{C}/gu, '?').slice(0, 64) || '(empty)'
