/** One row of an uploaded file, as it came. */
export interface EntryRow {
  readonly line: number
  readonly fields: readonly string[]
  readonly fault?: { readonly code: 'malformed-row' | 'row-too-long'; readonly detail: string }
}

/** One order of an uploaded file, as it came: its rows, or its line of JSON. */
export type EntryContent = { readonly rows: readonly EntryRow[] } | { readonly line: number; readonly json: string } | { readonly line: number; readonly tooLong: true }

/** An order of an uploaded file, to be captured once the file is whole. */
export interface Entry {
  readonly content: EntryContent
  /** What tells which order it is; null where the rows do not say. */
  readonly channel: string | null
  readonly reference: string | null
}

/** What was found in a file. */
export interface FileFacts {
  readonly columns: readonly string[]
  readonly rows: number
  readonly orders: number
}
