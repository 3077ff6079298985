import type { FileRefusal } from './columns.js'
import type { Entry, FileFacts } from './entry.js'

/** As large as a call of its own may be. Unit: characters. */
const LINE_MAX = 256 * 1024

/** Finds the orders in lines of JSON, piece by piece. */
export class NdjsonOrders {
  private text = ''
  private line = 1
  private isSkipping = false
  private orders = 0

  push(piece: string): readonly Entry[] {
    const entries: Entry[] = []
    this.text += piece
    let at = 0
    for (let end = this.text.indexOf('\n'); end >= 0; end = this.text.indexOf('\n', at)) {
      if (!this.isSkipping) entries.push(...this.entry(this.text.slice(at, end)))
      this.isSkipping = false
      this.line += 1
      at = end + 1
    }
    this.text = this.isSkipping ? '' : this.text.slice(at)
    if (this.text.length > LINE_MAX) {
      entries.push(...this.entry(this.text))
      this.isSkipping = true
      this.text = ''
    }
    return entries
  }

  end(): readonly Entry[] | FileRefusal {
    const entries = this.isSkipping ? [] : this.entry(this.text)
    this.text = ''
    return this.orders === 0 ? { code: 'empty-file', detail: 'The file has no lines' } : entries
  }

  get facts(): FileFacts {
    return { columns: [], rows: this.orders, orders: this.orders }
  }

  private entry(text: string): Entry[] {
    const json = text.trim()
    if (json === '') return []
    this.orders += 1
    const content = json.length > LINE_MAX ? { line: this.line, tooLong: true as const } : { line: this.line, json }
    return [{ content, channel: null, reference: null }]
  }
}
