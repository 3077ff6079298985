import { referenceKey } from '../capture/reference.js'
import { columnsOf, delimiterOf, type FileRefusal } from './columns.js'
import type { Entry, EntryRow, FileFacts } from './entry.js'
import { RowSplitter, type FileRow } from './row-splitter.js'

/** One more than an order may have: that it is too long is found where all orders are read. */
const ROWS_KEPT = 501
/** A first line that is longer is no header. Unit: characters. */
const HEADER_MAX = 16 * 1024

/** Finds the orders in delimited text, piece by piece: neighbouring rows of one channel and reference are one order. */
export class CsvOrders {
  private head = ''
  private splitter: RowSplitter | undefined
  private delimiter = ','
  private columns: readonly string[] | undefined
  private open: { key: string | null; channel: string | null; reference: string | null; rows: EntryRow[] } | undefined
  private rows = 0
  private orders = 0

  push(piece: string): readonly Entry[] | FileRefusal {
    if (this.splitter) return this.orderedRows(this.splitter.push(piece))
    this.head += piece
    const header = /^[\r\n]*([^\r\n]+)[\r\n]/.exec(this.head)
    if (header) return this.begin(header[1] ?? '')
    if (this.head.length > HEADER_MAX) return { code: 'header-mismatch', detail: `The first line has more than ${HEADER_MAX} characters` }
    return []
  }

  end(): readonly Entry[] | FileRefusal {
    if (!this.splitter) {
      const begun = this.head.trim() === '' ? { code: 'empty-file' as const, detail: 'The file is empty' } : this.begin(this.head)
      if ('code' in begun) return begun
    }
    const entries = this.orderedRows(this.splitter?.end() ?? [])
    if ('code' in entries) return entries
    if (this.rows === 0) return { code: 'empty-file', detail: 'The file has a header and no rows' }
    return [...entries, ...this.close()]
  }

  get facts(): FileFacts {
    return { columns: this.columns ?? [], rows: this.rows, orders: this.orders }
  }

  private begin(header: string): readonly Entry[] | FileRefusal {
    const delimiter = delimiterOf(header)
    if (delimiter === undefined) return { code: 'delimiter', detail: 'Expected columns divided by comma, semicolon or tab' }
    this.delimiter = delimiter
    this.splitter = new RowSplitter(delimiter)
    const rows = this.splitter.push(this.head)
    this.head = ''
    return this.orderedRows(rows)
  }

  private orderedRows(rows: readonly FileRow[]): readonly Entry[] | FileRefusal {
    const entries: Entry[] = []
    for (const row of rows) {
      if (this.columns === undefined) {
        const columns = 'fields' in row ? columnsOf(row.fields) : ({ code: 'header-mismatch', detail: row.detail } as const)
        if ('code' in columns) return columns
        this.columns = columns
        continue
      }
      this.rows += 1
      entries.push(...this.add(row, this.columns))
    }
    return entries
  }

  private add(row: FileRow, columns: readonly string[]): Entry[] {
    // of a row that cannot be split, the naive split still tells most often which order it was meant for
    const fields = 'fields' in row ? row.fields : row.text.split(this.delimiter).map((field) => field.replaceAll('"', ''))
    const entryRow: EntryRow = { line: row.line, fields, ...faultOf(row, columns.length) }
    const channel = fields[columns.indexOf('channel')] ?? null
    const reference = fields[columns.indexOf('reference')] ?? null
    const key = channel === null || reference === null ? null : `${channel}\n${referenceKey(reference)}`
    if (this.open && key !== null && this.open.key === key) {
      if (this.open.rows.length < ROWS_KEPT) this.open.rows.push(entryRow)
      return []
    }
    const closed = this.close()
    this.open = { key, channel, reference, rows: [entryRow] }
    return closed
  }

  private close(): Entry[] {
    if (!this.open) return []
    const { channel, reference, rows } = this.open
    this.open = undefined
    this.orders += 1
    return [{ content: { rows }, channel, reference }]
  }
}

function faultOf(row: FileRow, columns: number): Pick<EntryRow, 'fault'> {
  if (!('fields' in row)) return { fault: { code: row.code, detail: row.detail } }
  if (row.fields.length === columns) return {}
  return { fault: { code: 'malformed-row', detail: `Expected ${columns} fields, not ${row.fields.length}` } }
}
