import { errorColumns } from './columns.js'
import type { EntryContent } from './entry.js'
import type { ImportError } from './import.store.js'
import { placeOf } from './order-of-entry.js'

/** Columns of the report of a file of JSON lines. */
const jsonColumns = ['order'] as const

/** First line of a report: the file's own columns, so that it can be corrected and loaded as it is, and what was wrong. */
export const reportHeader = (columns: readonly string[]): string => csvLine([...ownColumns(columns), ...errorColumns])

/** The rows of a refused order, all of them: the one that is wrong says why. */
export function reportLines({ code, pointer, detail, content }: ImportError, columns: readonly string[]): string {
  const own = ownColumns(columns)
  if (!('rows' in content)) return csvLine([...padded(jsonOf(content), own.length), String(content.line), code, pointer, detail])
  const { row, column } = placeOf(pointer)
  return content.rows
    .map(({ line, fields }, index) => {
      const values = padded(fields.filter((_, place) => !isErrorColumn(columns[place])), own.length)
      return csvLine([...values, ...(index === row ? [String(line), code, column, detail] : [String(line), '', '', ''])])
    })
    .join('')
}

/** A report that is loaded and refused again says what is wrong now, once. */
const ownColumns = (columns: readonly string[]): readonly string[] => (columns.length === 0 ? jsonColumns : columns.filter((column) => !isErrorColumn(column)))
const isErrorColumn = (column: string | undefined): boolean => errorColumns.some((each) => each === column)

const jsonOf = (content: Exclude<EntryContent, { rows: unknown }>): string[] => ['json' in content ? content.json : '']

const padded = (fields: readonly string[], length: number): string[] => Array.from({ length }, (_, index) => fields[index] ?? '')

const csvLine = (fields: readonly string[]): string => `${fields.map(quotedIfNeeded).join(',')}\r\n`

const quotedIfNeeded = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
