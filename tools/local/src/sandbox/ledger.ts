import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** An append-only file of JSON lines that a sandbox keeps its books in. What `append` has answered survives a kill -9. */
export class Ledger<Entry extends object> {
  private waiting: { readonly line: string; readonly done: () => void; readonly failed: (error: unknown) => void }[] = []
  private writing: Promise<void> | undefined

  private constructor(
    private readonly file: FileHandle,
    private readonly kept: Entry[],
  ) {}

  /** Opens the books, or begins them. Half a line at the end is what a kill left of an entry nobody was told of: it is cut off. */
  static async open<Entry extends object>(path: string): Promise<Ledger<Entry>> {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(path, 'a+')
    const text = await file.readFile('utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole))
    const lines = whole.split('\n').slice(0, -1)
    return new Ledger(
      file,
      lines.map((line) => JSON.parse(line) as Entry),
    )
  }

  /** Every entry, oldest first, those included that are still on their way to the disk. */
  get entries(): readonly Entry[] {
    return this.kept
  }

  /** Resolves when the entry is on the disk. Entries that arrive together share one fsync. */
  append(entry: Entry): Promise<void> {
    this.kept.push(entry)
    const written = new Promise<void>((done, failed) => {
      this.waiting.push({ line: `${JSON.stringify(entry)}\n`, done, failed })
    })
    this.writing ??= this.writeWaiting()
    return written
  }

  async close(): Promise<void> {
    await this.writing
    await this.file.close()
  }

  private async writeWaiting(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting
      this.waiting = []
      try {
        await this.file.appendFile(batch.map((one) => one.line).join(''))
        await this.file.datasync()
        for (const one of batch) one.done()
      } catch (error) {
        for (const one of batch) one.failed(error)
      }
    }
    this.writing = undefined
  }
}
