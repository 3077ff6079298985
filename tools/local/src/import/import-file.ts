import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { once } from 'node:events'
import { parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'
import type { Api, ApiAnswer } from './api.js'
import { CellFault, readRow } from './columns.js'
import type { ImportKind } from './kinds.js'

/** How an import came out, and how far it is while it runs. */
export interface ImportProgress {
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly refused: number
  /** Part of the file read, 0 to 1. */
  readonly done: number
}

export interface ImportOptions {
  /** Where rows go that were refused, to be corrected and loaded again. Written only if there are any. */
  readonly errorsFile: string
  readonly onProgress?: (progress: ImportProgress) => void
}

type FileRow = Readonly<Record<string, string>>
interface NumberedRow {
  readonly number: number
  readonly row: FileRow
}

interface Outcome {
  readonly row: number
  readonly status: 'created' | 'updated' | 'unchanged' | 'refused'
  readonly code?: string
  readonly pointer?: string
  readonly detail?: string
}

const BATCH = 500
/** Columns that the errors file adds; ignored when it is loaded again. */
const REPORT_COLUMNS = ['row', 'code', 'where', 'detail']

/** The file cannot be loaded at all. */
export class FileRefused extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail)
    this.name = 'FileRefused'
  }
}

/** Loads a CSV file of one kind over the public API, 500 rows a call, memory flat however long it is. Throws: FileRefused. */
export async function importFile(api: Api, kind: ImportKind, file: string, options: ImportOptions): Promise<ImportProgress> {
  const { size } = await stat(file)
  const input = createReadStream(file)
  const counts = { rows: 0, created: 0, updated: 0, unchanged: 0, refused: 0 }
  const errors = new ErrorsFile(options.errorsFile, kind)
  const settle = async (batch: readonly NumberedRow[]): Promise<void> => {
    const outcomes = await loadRows(api, kind, batch)
    for (const [index, outcome] of outcomes.entries()) {
      counts[outcome.status] += 1
      const from = batch[index]
      if (outcome.status === 'refused' && from) await errors.add(from, outcome)
    }
    counts.rows += batch.length
    options.onProgress?.({ ...counts, done: size === 0 ? 1 : input.bytesRead / size })
  }
  let batch: NumberedRow[] = []
  for await (const row of rowsOf(input, kind)) {
    batch.push(row)
    if (batch.length === BATCH) {
      await settle(batch)
      batch = []
    }
  }
  if (batch.length > 0) await settle(batch)
  await errors.close()
  if (counts.rows === 0) throw new FileRefused('empty-file', 'The file has no rows')
  return { ...counts, done: 1 }
}

async function* rowsOf(input: NodeJS.ReadableStream, kind: ImportKind): AsyncIterable<NumberedRow> {
  const parser = input.pipe(
    parse({ bom: true, columns: (header: string[]) => checkedHeader(header, kind), skip_empty_lines: true, relax_column_count: true, max_record_size: 1_000_000, delimiter: [',', ';', '\t'], info: true }),
  )
  for await (const { record, info } of parser as AsyncIterable<{ record: FileRow; info: { lines: number } }>) yield { number: info.lines, row: record }
}

function checkedHeader(header: readonly string[], kind: ImportKind): string[] {
  const names = header.map((name) => name.trim())
  const known = kind.columns.map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name) && !REPORT_COLUMNS.includes(name))
  const missing = kind.columns.filter(({ name, isRequired }) => isRequired && !names.includes(name)).map(({ name }) => name)
  if (unknown.length > 0 || missing.length > 0 || new Set(names).size < names.length) {
    throw new FileRefused('header-mismatch', `${missing.length > 0 ? `missing: ${missing.join(', ')}. ` : ''}${unknown.length > 0 ? `unknown: ${unknown.join(', ')}. ` : ''}Columns of ${kind.name}: ${known.join(', ')}`)
  }
  return names
}

/** One outcome per row of the batch: read here, or answered by the API. */
async function loadRows(api: Api, kind: ImportKind, batch: readonly NumberedRow[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const toSend: { index: number; row: Record<string, unknown> }[] = []
  for (const [index, { row }] of batch.entries()) {
    try {
      const read = readRow(kind.columns, row)
      toSend.push({ index, row: kind.shape?.(read) ?? read })
    } catch (error) {
      if (!(error instanceof CellFault)) throw error
      outcomes[index] = { row: index, status: 'refused', code: error.code, pointer: `/${error.column}`, detail: error.message }
    }
  }
  await send(api, kind, toSend, outcomes)
  return outcomes
}

/** Sends rows; where the whole call is refused for some of them, those are taken out and the rest is sent again. */
async function send(api: Api, kind: ImportKind, rows: readonly { readonly index: number; readonly row: Record<string, unknown> }[], outcomes: Outcome[]): Promise<void> {
  if (rows.length === 0) return
  const answer = await api.send(kind.service, 'POST', kind.path, { rows: rows.map(({ row }) => row) })
  if (answer.status < 300) {
    for (const outcome of (answer.body as { outcomes: Outcome[] }).outcomes) {
      const sent = rows[outcome.row]
      if (sent) outcomes[sent.index] = outcome
    }
    return
  }
  const faults = faultsOf(answer)
  const guilty = new Map(faults.map((fault) => [Number(/^\/rows\/(\d+)/.exec(fault.pointer)?.[1]), fault]))
  guilty.delete(NaN)
  if (guilty.size === 0) throw new Error(`${kind.service} refuses ${kind.path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`)
  for (const [at, { code, pointer, detail }] of guilty) {
    const sent = rows[at]
    if (sent) outcomes[sent.index] = { row: at, status: 'refused', code, pointer: pointer.replace(/^\/rows\/\d+/, ''), detail: detail ?? '' }
  }
  await send(api, kind, rows.filter((_, at) => !guilty.has(at)), outcomes)
}

const faultsOf = ({ status, body }: ApiAnswer): readonly { code: string; pointer: string; detail?: string }[] =>
  status === 422 || status === 400 ? ((body as { errors?: { code: string; pointer: string; detail?: string }[] }).errors ?? []) : []

/** The refused rows as they were, with their number and what is wrong. */
class ErrorsFile {
  private out: WriteStream | undefined

  constructor(
    private readonly path: string,
    private readonly kind: ImportKind,
  ) {}

  async add({ number, row }: NumberedRow, { code, pointer, detail }: Outcome): Promise<void> {
    const columns = this.kind.columns.map(({ name }) => name)
    if (!this.out) {
      this.out = createWriteStream(this.path)
      this.out.write(stringify([[...columns, ...REPORT_COLUMNS]]))
    }
    const isFull = !this.out.write(stringify([[...columns.map((name) => row[name] ?? ''), number, code ?? '', pointer ?? '', detail ?? '']]))
    if (isFull) await once(this.out, 'drain')
  }

  async close(): Promise<void> {
    if (!this.out) return
    this.out.end()
    await once(this.out, 'finish')
  }
}
