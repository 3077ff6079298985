import type { Answered, Cause } from '@waybill/kernel'
import type { Capture, Incoming } from '../capture/capture.store.js'
import type { DefaultCurrency } from './order-of-entry.js'
import type { Entry, EntryContent, FileFacts } from './entry.js'

/** Timer: the next orders of an import are due. */
export const CAPTURE_IMPORT = 'capture-import'
/** Timer: what is left of an import has been kept long enough. */
export const FORGET_IMPORT = 'forget-import'

export type FileFormat = 'csv' | 'ndjson'

/** A file of orders on its way, or worked off. */
export interface ImportProgress {
  readonly import: string
  readonly format: FileFormat
  readonly status: 'uploading' | 'waiting' | 'running' | 'done'
  readonly fileHash: string | null
  readonly bytes: number
  readonly rows: number
  readonly orders: number
  readonly processed: number
  /** New orders. */
  readonly accepted: number
  /** Orders that had been placed before, with the same content. */
  readonly existing: number
  readonly refused: number
  readonly createdAt: string
  readonly finishedAt: string | null
}

/** Who hands in a file. */
export interface Uploader {
  readonly cause: Cause
  /** role:id */
  readonly actor: string
  readonly onlyChannel: string | undefined
}

/** A file while it comes in. Nothing of it counts before `finish`. */
export interface Upload {
  readonly id: string
  /** Counts the bytes in, for the file's hash. */
  digest(bytes: Uint8Array): void
  stage(entries: readonly Entry[]): Promise<void>
  /** The file is whole: its orders are captured from now on. The same file again is answered with the import of then. */
  finish(facts: FileFacts): Promise<Answered<{ readonly id: string; readonly alreadyImported: boolean }>>
  /** Forgets all of it. */
  abandon(): Promise<void>
}

/** An entry that waits, and who may hand it in. */
export interface Waiting {
  readonly content: EntryContent
  readonly columns: readonly string[]
  readonly onlyChannel: string | undefined
  readonly isScattered: boolean
}

/** An import whose next orders are due. */
export interface DueImport {
  readonly cause: Cause
  readonly subject: string
}

/** An order of a file that was refused. */
export interface ImportError {
  readonly code: string
  readonly pointer: string
  readonly detail: string
  readonly content: EntryContent
}

/** Keeps uploaded files until their orders are captured, and what was wrong for 30 days. */
export abstract class ImportStore {
  abstract begin(uploader: Uploader, format: FileFormat): Promise<Upload>
  /** Captures the next orders of an import in one transaction with its progress: a process that dies loses no place. */
  abstract captureNext(due: DueImport, read: (waiting: Waiting, defaultCurrency: DefaultCurrency) => Incoming, decide: Capture): Promise<void>
  /** Deletes what is left of an import after its time, its key included. */
  abstract forget(due: DueImport): Promise<void>
  /** `onlyChannel`: those of this channel alone. */
  abstract progress(id: string, onlyChannel: string | undefined): Promise<ImportProgress | undefined>
  abstract columns(id: string): Promise<readonly string[]>
  /** In order of the file. */
  abstract errors(id: string): AsyncIterable<readonly ImportError[]>
}
