/** Columns of an order file, one row per ordered line; those of the order itself may stand in its first row only. */
export const requiredColumns = ['channel', 'reference', 'customerName', 'email', 'street', 'city', 'country', 'product', 'units'] as const
const optionalColumns = [
  'placedAt', 'currency', 'phone', 'language', 'deliveryName', 'street2', 'postalCode', 'region', 'preference', 'forbiddenModes',
  'options', 'unitPrice', 'tax', 'discount', 'shipping', 'total', 'paymentToken', 'captured', 'priority',
] as const
/** Columns of an error file: they are not read, so that it can be corrected and loaded as it is. */
export const errorColumns = ['errorRow', 'errorCode', 'errorColumn', 'errorDetail'] as const

export type Column = (typeof requiredColumns)[number] | (typeof optionalColumns)[number]

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
