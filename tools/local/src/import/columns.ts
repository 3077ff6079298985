import { exponentOf } from '@waybill/kernel'

/** One column of a file: what may stand in it, and the field of the API's row that it becomes. */
export interface Column {
  readonly name: string
  readonly form: string
  readonly means: string
  readonly isRequired: boolean
  /** Reads the text of a cell; `row` has the other cells, for amounts that need their currency. Throws: CellFault. */
  readonly read: (text: string, row: Readonly<Record<string, string>>) => unknown
  /** Field of the row, if it is not the column's name. */
  readonly field?: string
}

/** Why a cell cannot be read, and what is expected instead. */
export class CellFault extends Error {
  constructor(
    readonly code: string,
    readonly column: string,
    detail: string,
  ) {
    super(detail)
    this.name = 'CellFault'
  }
}

interface ColumnOptions {
  readonly optional?: boolean
  readonly field?: string
}

const column = (name: string, form: string, means: string, read: Column['read'], { optional = false, field }: ColumnOptions = {}): Column => ({
  name,
  form,
  means,
  isRequired: !optional,
  read,
  ...(field === undefined ? {} : { field }),
})

export const text = (name: string, means: string, options?: ColumnOptions): Column => column(name, 'text', means, (cell) => cell, options)

export const integer = (name: string, means: string, options?: ColumnOptions): Column =>
  column(
    name,
    'whole number',
    means,
    (cell) => {
      if (!/^-?\d{1,15}$/.test(cell)) throw new CellFault('invalid-number', name, `"${cell}" is no whole number`)
      return Number(cell)
    },
    options,
  )

export const decimal = (name: string, means: string, options?: ColumnOptions): Column =>
  column(
    name,
    'number such as 0.95',
    means,
    (cell) => {
      if (!/^-?\d{1,12}(\.\d{1,6})?$/.test(cell)) throw new CellFault('invalid-number', name, `"${cell}" is no number; write 0.95 with a point`)
      return Number(cell)
    },
    options,
  )

export const yesNo = (name: string, means: string, options?: ColumnOptions): Column =>
  column(
    name,
    'yes or no',
    means,
    (cell) => {
      const word = cell.toLowerCase()
      if (['yes', 'true', '1'].includes(word)) return true
      if (['no', 'false', '0'].includes(word)) return false
      throw new CellFault('invalid-boolean', name, `"${cell}" is neither yes nor no`)
    },
    options,
  )

export const words = (name: string, means: string, options?: ColumnOptions): Column =>
  column(name, 'words divided by |', means, (cell) => cell.split('|').map((word) => word.trim()).filter(Boolean), options)

/** An amount as people write it, with the decimals of the row's currency; becomes minor units. */
export const amount = (name: string, means: string, field: string, options?: ColumnOptions): Column =>
  column(
    name,
    'amount such as 9.99, with at most the decimals of the currency',
    means,
    (cell, row) => {
      const decimals = exponentOf(row['currency'] ?? '')
      const [, whole, fraction = ''] = /^(\d{1,13})(?:\.(\d+))?$/.exec(cell) ?? []
      if (whole === undefined || fraction.length > decimals) {
        throw new CellFault('invalid-amount', name, `"${cell}" is no amount in ${row['currency'] ?? 'this currency'}; write ${decimals === 0 ? '1200' : `12.${'0'.repeat(decimals)}`} without thousands separators`)
      }
      return Number(whole + fraction.padEnd(decimals, '0'))
    },
    { ...options, field },
  )

/** Anything with structure, as JSON in the cell. */
export const json = (name: string, form: string, means: string, options?: ColumnOptions): Column =>
  column(
    name,
    form,
    means,
    (cell) => {
      try {
        return JSON.parse(cell) as unknown
      } catch (error) {
        throw new CellFault('malformed-json', name, `${error instanceof Error ? error.message : String(error)}; expected ${form}`)
      }
    },
    options,
  )

/** Reads a whole row; empty cells are left out. Throws: CellFault. */
export function readRow(columns: readonly Column[], row: Readonly<Record<string, string>>): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  for (const { name, field, isRequired, read: parse } of columns) {
    const cell = (row[name] ?? '').trim()
    if (cell !== '') read[field ?? name] = parse(cell, row)
    else if (isRequired) throw new CellFault('required', name, `${name} is empty`)
  }
  return read
}
