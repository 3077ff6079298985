import { createHash } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { crashPoint, type Answered, type Cause } from '@waybill/kernel'
import { codeOf, isTransient } from '@waybill/messaging'
import { newId, UnitOfWork, type Tx } from '@waybill/service-kit'
import type { Decision } from '../capture/capture.js'
import type { Capture, Incoming } from '../capture/capture.store.js'
import { referenceKey } from '../capture/reference.js'
import type { EntryContent, Entry, FileFacts } from '../imports/entry.js'
import { CAPTURE_IMPORT, FORGET_IMPORT, ImportStore, type DueImport, type FileFormat, type ImportError, type ImportProgress, type Upload, type Uploader, type Waiting } from '../imports/import.store.js'
import type { DefaultCurrency } from '../imports/order-of-entry.js'
import { refuse } from '../reading/fault.js'
import { captureWithin, sentAs } from './capture-orders.js'
import { INPUT_KEPT_DAYS, keepInputKeys, newInputKey, seal, unseal } from './sealed-input.js'
import { Patience } from '../order-process/patience.js'
import { RememberedTerms } from './terms.js'

/** Orders of one transaction: a few hundred cost little more than one, and a crash repeats no more than these. */
const CAPTURED_AT_ONCE = 250
/** Errors read at once for a report. */
const PAGE = 200
const DAY_MS = 86_400_000
/** An upload that takes longer than this has died with its process. */
const UPLOAD_WITHIN_MS = DAY_MS


type Read = (waiting: Waiting, defaultCurrency: DefaultCurrency) => Incoming

const notTaken: Read = () => ({ read: refuse('not-taken', '', 'A defect of ours kept this order from being taken: hand it in again when it is mended'), raw: undefined })

interface ImportRow {
  readonly id: string
  readonly only_channel: string | null
  readonly format: FileFormat
  readonly status: ImportProgress['status']
  readonly columns: string[]
  readonly file_hash: string | null
  readonly bytes: string
  readonly rows: number
  readonly orders: number
  readonly processed: number
  readonly accepted: number
  readonly existing: number
  readonly refused: number
  readonly created_at: Date
  readonly finished_at: Date | null
}

interface EntryRow {
  readonly position: number
  readonly is_scattered: boolean
  readonly sealed: Buffer
}

/** Imports in PostgreSQL. What is staged is sealed under the import's own key, what is refused under one of its own. */
@Injectable()
export class PostgresImportStore extends ImportStore {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly terms: RememberedTerms,
    private readonly patience: Patience,
  ) {
    super()
  }

  async begin(uploader: Uploader, format: FileFormat): Promise<Upload> {
    const id = newId()
    const key = newInputKey()
    await this.uow.change([{ cause: stepOf(uploader.cause, `begin-${id}`) }], async (tx) => {
      await keepInputKeys(tx, [{ id, key }])
      await tx.query('imports.begin', `INSERT INTO order_imports (id, requested_by, only_channel, format, status, created_at) VALUES ($1, $2, $3, $4, 'uploading', $5)`, [
        id, uploader.actor, uploader.onlyChannel ?? null, format, tx.now,
      ])
      tx.schedule({ kind: FORGET_IMPORT, subject: id, dueAt: new Date(tx.now.getTime() + UPLOAD_WITHIN_MS) })
    })
    return new PostgresUpload(this.uow, uploader, id, key)
  }

  async captureNext(due: DueImport, read: Read, decide: Capture): Promise<void> {
    // an order that breaks its transaction must not stop the others of its file: fewer at once, until it stands alone
    for (let atOnce = CAPTURED_AT_ONCE; ; atOnce = Math.floor(atOnce / 2)) {
      try {
        return await this.captureSome(due, { atOnce, read, decide })
      } catch (error) {
        if (isTransient(error)) throw error
        if (atOnce === 1) return this.captureSome(due, { atOnce, read: notTaken, decide, broken: codeOf(error) })
      }
    }
  }

  private async captureSome(due: DueImport, { atOnce, read, decide, broken }: { readonly atOnce: number; readonly read: Read; readonly decide: Capture; readonly broken?: string }): Promise<void> {
    const [isLast] = await this.uow.change<DueImport, boolean>([due], async (tx) => {
      const [found] = await tx.query<ImportRow>('imports.lock', 'SELECT * FROM order_imports WHERE id = $1 FOR UPDATE', [due.subject])
      if (!found || found.status === 'done') return [false]
      const key = await keyOf(tx, found.id)
      const entries = await tx.query<EntryRow>(
        'imports.next',
        `SELECT position, is_scattered, sealed FROM import_entries WHERE import_id = $1 ORDER BY position LIMIT $2`,
        [found.id, atOnce],
      )
      const currencies = await defaultCurrencies(tx)
      const opened = entries.map(({ position, is_scattered, sealed }) => ({ position, isScattered: is_scattered, content: JSON.parse(unseal(key, sealed)) as EntryContent }))
      const orders = opened.map(({ content, isScattered }) =>
        read({ content, columns: found.columns, onlyChannel: found.only_channel ?? undefined, isScattered }, (channel) => currencies.get(channel)),
      )
      const decisions = await captureWithin(tx, this.terms, this.patience, orders.map((order) => ({ ...order, cause: due.cause })), decide)
      crashPoint('C34-row-k')
      await keepErrors(tx, found.id, opened.map((entry, index) => ({ ...entry, ...sentAs(orders[index]) })), decisions)
      await tx.query('imports.drop', 'DELETE FROM import_entries WHERE import_id = $1 AND position = ANY ($2::integer[])', [found.id, entries.map(({ position }) => position)])
      const isDone = found.processed + entries.length >= found.orders
      const count = (kind: Decision['kind']) => decisions.filter((decision) => decision.kind === kind).length
      await tx.query(
        'imports.move',
        `UPDATE order_imports SET status = $2, processed = processed + $3, accepted = accepted + $4, existing = existing + $5, refused = refused + $6, finished_at = $7 WHERE id = $1`,
        [found.id, isDone ? 'done' : 'running', entries.length, count('placed'), count('known'), count('refused'), isDone ? tx.now : null],
      )
      if (broken !== undefined) tx.openTask({ kind: 'import-order-broken', subject: found.id, why: `orders of the file could not be taken although nothing is wrong with them: ${broken}`, owner: 'operator', dueAt: new Date(tx.now.getTime() + DAY_MS), cause: due.cause })
      if (!isDone) tx.schedule({ kind: CAPTURE_IMPORT, subject: found.id, dueAt: tx.now })
      return [isDone]
    })
    if (isLast?.result === true) crashPoint('C35-file-done')
  }

  async forget(due: DueImport): Promise<void> {
    await this.uow.change([{ cause: due.cause }], async (tx) => {
      await tx.query('imports.forget-keys', 'DELETE FROM input_keys USING import_errors e WHERE e.import_id = $1 AND input_keys.id = e.input_key', [due.subject])
      for (const table of ['import_entries', 'import_errors']) await tx.query(`imports.forget.${table}`, `DELETE FROM ${table} WHERE import_id = $1`, [due.subject])
      await tx.query('imports.forget-key', 'DELETE FROM input_keys WHERE id = $1', [due.subject])
      // the counts of a finished import stay: they hold nobody's data
      await tx.query('imports.forget', `DELETE FROM order_imports WHERE id = $1 AND status <> 'done'`, [due.subject])
    })
  }

  async progress(id: string, onlyChannel: string | undefined): Promise<ImportProgress | undefined> {
    const [row] = await this.uow.query<ImportRow>('imports.progress', 'SELECT * FROM order_imports WHERE id = $1 AND ($2::text IS NULL OR only_channel = $2)', [id, onlyChannel ?? null])
    return row && progressOf(row)
  }

  async columns(id: string): Promise<readonly string[]> {
    const [row] = await this.uow.query<{ columns: string[] }>('imports.columns', 'SELECT columns FROM order_imports WHERE id = $1', [id])
    return row?.columns ?? []
  }

  async *errors(id: string): AsyncIterable<readonly ImportError[]> {
    for (let after = 0; ; ) {
      const rows = await this.uow.query<{ position: number; code: string; pointer: string; detail: string; sealed: Buffer; key: Buffer }>(
        'imports.errors',
        `SELECT position, code, pointer, detail, sealed, k.key FROM import_errors e JOIN input_keys k ON k.id = coalesce(e.input_key, e.import_id) WHERE import_id = $1 AND position > $2 ORDER BY position LIMIT ${PAGE}`,
        [id, after],
      )
      yield rows.map(({ code, pointer, detail, sealed, key }) => ({ code, pointer, detail, content: JSON.parse(unseal(key, sealed)) as EntryContent }))
      after = rows.at(-1)?.position ?? after
      if (rows.length < PAGE) return
    }
  }
}

/** Staged rows are nobody's state until `finish`: they are written without a cause, and forgotten if it never comes. */
class PostgresUpload implements Upload {
  private readonly hash = createHash('sha256')
  private bytes = 0
  private position = 0

  constructor(
    private readonly uow: UnitOfWork,
    private readonly uploader: Uploader,
    readonly id: string,
    private readonly key: Buffer,
  ) {}

  digest(bytes: Uint8Array): void {
    this.hash.update(bytes)
    this.bytes += bytes.length
  }

  async stage(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return
    const first = this.position + 1
    this.position += entries.length
    await this.uow.query(
      'imports.stage',
      `INSERT INTO import_entries (import_id, position, channel, reference_key, sealed)
       SELECT $1, position, channel, reference_key, sealed FROM unnest($2::integer[], $3::text[], $4::text[], $5::bytea[]) AS given (position, channel, reference_key, sealed)`,
      [
        this.id,
        entries.map((_, index) => first + index),
        entries.map(({ channel }) => channel),
        entries.map(({ reference }) => (reference === null ? null : referenceKey(reference))),
        entries.map(({ content }) => seal(this.key, JSON.stringify(content))),
      ],
    )
  }

  async finish(facts: FileFacts): Promise<Answered<{ readonly id: string; readonly alreadyImported: boolean }>> {
    const fileHash = this.hash.digest('hex')
    const [outcome] = await this.uow.change<{ readonly cause: Cause }, { id: string; alreadyImported: boolean }>([{ cause: this.uploader.cause }], async (tx) => {
      // two uploads of one file at once: the second waits here and then finds the first
      await tx.query('imports.turn', 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [fileHash])
      const [before] = await tx.query<{ id: string }>(
        'imports.same',
        `SELECT id FROM order_imports WHERE file_hash = $1 AND only_channel IS NOT DISTINCT FROM $2 AND status <> 'uploading'
           AND (status <> 'done' OR refused = 0) ORDER BY created_at DESC LIMIT 1`,
        [fileHash, this.uploader.onlyChannel ?? null],
      )
      if (before) return [{ id: before.id, alreadyImported: true }]
      await tx.query(
        'imports.scattered',
        `UPDATE import_entries SET is_scattered = true FROM (
           SELECT channel, reference_key FROM import_entries WHERE import_id = $1 AND reference_key IS NOT NULL GROUP BY channel, reference_key HAVING count(*) > 1
         ) several
         WHERE import_id = $1 AND (import_entries.channel, import_entries.reference_key) = (several.channel, several.reference_key)`,
        [this.id],
      )
      await tx.query(
        'imports.finish',
        `UPDATE order_imports SET status = 'waiting', columns = $2, file_hash = $3, bytes = $4, rows = $5, orders = $6 WHERE id = $1 AND status = 'uploading'`,
        [this.id, facts.columns, fileHash, this.bytes, facts.rows, facts.orders],
      )
      tx.schedule({ kind: CAPTURE_IMPORT, subject: this.id, dueAt: tx.now })
      tx.schedule({ kind: FORGET_IMPORT, subject: this.id, dueAt: new Date(tx.now.getTime() + INPUT_KEPT_DAYS * DAY_MS) })
      return [{ id: this.id, alreadyImported: false }]
    })
    if (!outcome?.result) throw new Error('An upload has no answer')
    if (outcome.result.id !== this.id) await this.abandon()
    return { result: outcome.result, replayed: outcome.replayed }
  }

  async abandon(): Promise<void> {
    await this.uow.change([{ cause: stepOf(this.uploader.cause, `abandon-${this.id}`) }], async (tx) => {
      await tx.query('imports.abandon-entries', 'DELETE FROM import_entries WHERE import_id = $1', [this.id])
      await tx.query('imports.abandon-key', 'DELETE FROM input_keys WHERE id = $1', [this.id])
      await tx.query('imports.abandon', `DELETE FROM order_imports WHERE id = $1 AND status = 'uploading'`, [this.id])
      tx.cancelTimer(FORGET_IMPORT, this.id)
    })
  }
}

/** An upload is more than one transaction: each has a key of its own, made of the request's. */
const stepOf = (cause: Cause, step: string): Cause => (cause.kind === 'request' ? { ...cause, key: step } : cause)

async function keyOf(tx: Tx, id: string): Promise<Buffer> {
  const [row] = await tx.query<{ key: Buffer }>('imports.key', 'SELECT key FROM input_keys WHERE id = $1', [id])
  if (!row) throw new Error(`Import ${id} has lost its key`)
  return row.key
}

async function defaultCurrencies(tx: Tx): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ code: string; default_currency: string }>('imports.currencies', 'SELECT code, default_currency FROM channels')
  return new Map(rows.map((row) => [row.code, row.default_currency]))
}

interface OpenedEntry {
  readonly position: number
  readonly channel: string
  readonly reference: string
  readonly content: EntryContent
}

async function keepErrors(tx: Tx, id: string, entries: readonly OpenedEntry[], decisions: readonly Decision[]): Promise<void> {
  const errors = entries.flatMap((entry, index) => {
    const decision = decisions[index]
    return decision?.kind === 'refused' ? [{ ...entry, refusal: decision.refusal, id: newId(), key: newInputKey() }] : []
  })
  if (errors.length === 0) return
  await keepInputKeys(tx, errors)
  await tx.query(
    'imports.refuse',
    `INSERT INTO import_errors (import_id, position, code, pointer, detail, sealed, channel, reference_key, input_key)
     SELECT $1, given.* FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[], $9::uuid[]) AS given`,
    [
      id,
      errors.map(({ position }) => position),
      errors.map(({ refusal }) => refusal.code),
      errors.map(({ refusal }) => refusal.pointer),
      errors.map(({ refusal }) => refusal.detail),
      errors.map(({ key, content }) => seal(key, JSON.stringify(content))),
      errors.map(({ channel }) => channel),
      errors.map(({ reference }) => referenceKey(reference)),
      errors.map(({ id: inputKey }) => inputKey),
    ],
  )
}

const progressOf = (row: ImportRow): ImportProgress => ({
  import: row.id,
  format: row.format,
  status: row.status,
  fileHash: row.file_hash,
  bytes: Number(row.bytes),
  rows: row.rows,
  orders: row.orders,
  processed: row.processed,
  accepted: row.accepted,
  existing: row.existing,
  refused: row.refused,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
})
