/** A row of a delimited file. */
export type FileRow =
  | { readonly line: number; readonly fields: readonly string[] }
  /** A row that is none; `text` is its first line, cut. */
  | { readonly line: number; readonly code: 'malformed-row' | 'row-too-long'; readonly detail: string; readonly text: string }

/** Unit: characters. A field that is longer than that is a quote somebody forgot to close. */
const FIELD_MAX = 64 * 1024
/** Of a row with many fields. Unit: characters. */
const ROW_MAX = 256 * 1024

/**
 * Splits delimited text (RFC 4180; line breaks LF, CRLF or CR, mixed as they come) into rows, piece by piece.
 * What is wrong costs the line it is in and no other: a forgotten quote does not swallow the rows below it. The parser we
 * took elsewhere (csv-parse 7) goes on in the middle of the row after a bad quote, and needs quadratic time for an endless one.
 */
export class RowSplitter {
  private text = ''
  private line = 1
  private isSkipping = false
  private readonly fieldEnd: RegExp

  constructor(private readonly delimiter: string) {
    this.fieldEnd = new RegExp(`[${delimiter === '\t' ? '\\t' : delimiter}\\r\\n]`, 'g')
  }

  /** The rows that are complete with this piece. */
  push(piece: string): FileRow[] {
    this.text += piece
    return this.take(false)
  }

  /** The rows that were left. */
  end(): FileRow[] {
    return this.take(true)
  }

  private take(isEnd: boolean): FileRow[] {
    const rows: FileRow[] = []
    let at = this.isSkipping ? this.skipped(0, isEnd) : 0
    while (at < this.text.length) {
      const row = this.rowAt(at, isEnd)
      if (row === undefined) break
      if (row.row !== undefined) rows.push(row.row)
      at = row.next
    }
    this.text = this.text.slice(at)
    return rows
  }

  private rowAt(from: number, isEnd: boolean): { row: FileRow | undefined; next: number } | undefined {
    const fields: string[] = []
    for (let at = from; ; ) {
      const field = this.text[at] === '"' ? this.quoted(at, isEnd) : this.plain(at, isEnd)
      const length = (typeof field === 'object' ? field.end : this.text.length) - from
      if (field === 'unknown') return length > FIELD_MAX ? this.bad(from, isEnd, 'row-too-long', `A field has more than ${FIELD_MAX} characters, or a quote is not closed`) : undefined
      if (typeof field === 'string') return this.bad(from, isEnd, 'malformed-row', field)
      if (length > ROW_MAX) return this.bad(from, isEnd, 'row-too-long', `A row has more than ${ROW_MAX} characters`)
      fields.push(field.value)
      const divider = this.text[field.end]
      if (divider === this.delimiter) {
        at = field.end + 1
        continue
      }
      const next = this.afterBreak(field.end, isEnd)
      if (next === undefined) return undefined
      const { line } = this
      this.line += lineBreaksIn(this.text.slice(from, field.end)) + 1
      const isEmpty = fields.length === 1 && fields[0] === ''
      return { row: isEmpty ? undefined : { line, fields }, next }
    }
  }

  /** The field beginning here, `unknown` while its end is not seen yet, or what is wrong with it. */
  private plain(at: number, isEnd: boolean): { value: string; end: number } | string {
    this.fieldEnd.lastIndex = at
    const found = this.fieldEnd.exec(this.text)
    if (!found && !isEnd) return 'unknown'
    const end = found?.index ?? this.text.length
    const value = this.text.slice(at, end)
    return value.includes('"') ? 'A quote stands inside a field without quotes around it' : { value, end }
  }

  private quoted(at: number, isEnd: boolean): { value: string; end: number } | string {
    for (let close = this.text.indexOf('"', at + 1); ; close = this.text.indexOf('"', close + 2)) {
      if (close < 0) return isEnd ? 'A quote is not closed' : 'unknown'
      if (close - at > FIELD_MAX) return 'unknown'
      const after = this.text[close + 1]
      if (after === undefined && !isEnd) return 'unknown'
      if (after === '"') continue
      const isClosed = after === undefined || after === this.delimiter || after === '\n' || after === '\r'
      return isClosed ? { value: this.text.slice(at + 1, close).replaceAll('""', '"'), end: close + 1 } : 'Text stands behind a closing quote'
    }
  }

  /** Gives up the line that begins here, and that line only. */
  private bad(from: number, isEnd: boolean, code: 'malformed-row' | 'row-too-long', detail: string) {
    const end = this.text.slice(from).search(/[\r\n]/)
    // the whole line is wanted: it may still tell which order it was meant for
    if (end < 0 && !isEnd && this.text.length - from <= FIELD_MAX) return undefined
    const text = this.text.slice(from, end < 0 ? undefined : from + end).slice(0, 2_000)
    const row = { line: this.line, code, detail, text }
    this.isSkipping = true
    return { row, next: this.skipped(from, isEnd) }
  }

  /** Where the next line begins; the end of what is here if it has not begun. */
  private skipped(from: number, isEnd: boolean): number {
    const found = this.text.slice(from).search(/[\r\n]/)
    if (found < 0) return this.text.length
    const next = this.afterBreak(from + found, isEnd)
    if (next === undefined) return from + found
    this.isSkipping = false
    this.line += 1
    return next
  }

  /** The place after a line break (or the end of the text); undefined if a CR may have an LF coming. */
  private afterBreak(at: number, isEnd: boolean): number | undefined {
    if (this.text[at] !== '\r') return at + 1
    if (this.text[at + 1] === undefined && !isEnd) return undefined
    return this.text[at + 1] === '\n' ? at + 2 : at + 1
  }
}

const lineBreaksIn = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0
