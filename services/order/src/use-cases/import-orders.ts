import { Injectable } from '@nestjs/common'
import type { Answered } from '@waybill/kernel'
import { capture } from '../capture/capture.js'
import type { Incoming } from '../capture/capture.store.js'
import type { FileRefusal } from '../imports/columns.js'
import { CsvOrders } from '../imports/csv-orders.js'
import type { Entry } from '../imports/entry.js'
import { ImportStore, type DueImport, type FileFormat, type Upload, type Uploader, type Waiting } from '../imports/import.store.js'
import { NdjsonOrders } from '../imports/ndjson-orders.js'
import { orderOfEntry, type DefaultCurrency } from '../imports/order-of-entry.js'
import { refuse } from '../reading/fault.js'
import { incoming } from './capture-orders.js'

/** Unit: bytes. */
const FILE_MAX = 2 * 1024 ** 3
/** Orders written at once while a file comes in. */
const STAGED_AT_ONCE = 200

export type Uploaded = Answered<{ readonly id: string; readonly alreadyImported: boolean }> | { readonly refused: FileRefusal }

/** Takes files of orders: first the whole file, then its orders, a few hundred at a time. */
@Injectable()
export class ImportOrders {
  constructor(private readonly store: ImportStore) {}

  /** Keeps a file as it comes in. Throws what the source throws: a file that was cut off is forgotten and never starts. */
  async upload(source: AsyncIterable<Uint8Array>, format: FileFormat, uploader: Uploader): Promise<Uploaded> {
    const upload = await this.store.begin(uploader, format)
    try {
      const reader = format === 'csv' ? new CsvOrders() : new NdjsonOrders()
      const refused = await this.stageAll(source, reader, upload)
      if (!refused) return await upload.finish(reader.facts)
      await upload.abandon()
      return { refused }
    } catch (error) {
      await upload.abandon()
      throw error
    }
  }

  async captureNext(due: DueImport): Promise<void> {
    await this.store.captureNext(due, readEntry, capture)
  }

  async forget(due: DueImport): Promise<void> {
    await this.store.forget(due)
  }

  private async stageAll(source: AsyncIterable<Uint8Array>, reader: CsvOrders | NdjsonOrders, upload: Upload): Promise<FileRefusal | undefined> {
    const text = new FileText()
    let staged: Entry[] = []
    let bytes = 0
    for await (const chunk of source) {
      bytes += chunk.length
      if (bytes > FILE_MAX) return { code: 'file-too-large', detail: `A file has at most ${FILE_MAX} bytes` }
      upload.digest(chunk)
      const piece = text.of(chunk)
      const entries = piece === undefined ? notText : reader.push(piece)
      if ('code' in entries) return entries
      staged.push(...entries)
      if (staged.length < STAGED_AT_ONCE) continue
      await upload.stage(staged)
      staged = []
    }
    const rest = text.isWhole() ? reader.end() : notText
    if ('code' in rest) return rest
    await upload.stage([...staged, ...rest])
    return undefined
  }
}

const notText: FileRefusal = { code: 'invalid-encoding', detail: 'Expected UTF-8' }

/** UTF-8, piece by piece; a byte order mark is skipped. UTF-16 and the old 8-bit encodings are told by their first odd byte. */
class FileText {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true })

  /** Undefined: these bytes are no text in UTF-8. */
  of(bytes: Uint8Array): string | undefined {
    if (bytes.includes(0)) return undefined
    return this.decode(() => this.decoder.decode(bytes, { stream: true }))
  }

  isWhole(): boolean {
    return this.decode(() => this.decoder.decode()) !== undefined
  }

  private decode(decode: () => string): string | undefined {
    try {
      return decode()
    } catch (error) {
      // by name: the decoder is the platform's, and its errors need not be of this realm
      if ((error as Error).name === 'TypeError') return undefined
      throw error
    }
  }
}

function readEntry({ content, columns, onlyChannel, isScattered }: Waiting, defaultCurrency: DefaultCurrency): Incoming {
  if (isScattered) return { read: refuse('rows-not-together', '/reference', 'Rows of this order stand elsewhere in the file too: sort it by reference'), raw: undefined }
  const made = orderOfEntry(content, columns, defaultCurrency)
  return 'order' in made ? incoming(made.order, { unknownProperties: 'refuse' }, onlyChannel) : { read: made, raw: undefined }
}
