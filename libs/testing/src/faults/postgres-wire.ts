import { Frames } from './frames.js'
import { UnknownProtocol, type Exchange, type Wire, type WireMessage } from './wire.js'

/** PostgreSQL itself takes no longer message. */
const LONGEST = 1024 * 1024 * 1024

/**
 * A PostgreSQL connection without TLS. An exchange is what ends with one ReadyForQuery: a simple query, or everything up to a Sync.
 * A query is known by its text, also when it runs as a prepared statement.
 */
export class PostgresWire implements Wire {
  private hasStarted = false
  private readonly requests = new Frames((bytes) => (this.hasStarted ? typed(bytes) : sized(bytes, 0)))
  private readonly replies = new Frames(typed)
  private readonly statements = new Map<string, string>()
  private readonly portals = new Map<string, string>()
  /** Asked for and not answered, oldest first; the first of all is the log-in. */
  private readonly asked: Exchange[] = []
  /** Between an Execute and its Sync. */
  private open: Exchange | undefined

  *fromClient(chunk: Buffer): Generator<WireMessage> {
    for (const bytes of this.requests.take(chunk)) yield this.hasStarted ? this.request(bytes) : this.start(bytes)
  }

  *fromServer(chunk: Buffer): Generator<WireMessage> {
    for (const bytes of this.replies.take(chunk)) {
      const ends = bytes[0] === Z
      const exchange = ends ? this.asked.shift() : this.asked[0]
      yield { bytes, ends, ...(exchange === undefined ? {} : { exchange }) }
    }
  }

  lost({ exchange }: WireMessage): void {
    const at = exchange === undefined ? -1 : this.asked.lastIndexOf(exchange)
    if (at >= 0) this.asked.splice(at, 1)
  }

  matches(wanted: string, asked: string): boolean {
    return plain(asked).startsWith(plain(wanted))
  }

  private start(bytes: Buffer): WireMessage {
    const code = bytes.readInt32BE(4)
    if (code === SSL_REQUEST || code === GSS_REQUEST) throw new UnknownProtocol('the client wants an encrypted connection, which the proxy could not read: use sslmode=disable')
    this.hasStarted = true
    const exchange: Exchange = {}
    if (code !== CANCEL_REQUEST) this.asked.push(exchange)
    return { bytes, exchange }
  }

  private request(bytes: Buffer): WireMessage {
    switch (bytes[0]) {
      case Q: {
        const exchange: Exchange = {}
        this.asked.push(exchange)
        return { bytes, exchange, asks: textAt(bytes, 5).text.split(';') }
      }
      case F: {
        const exchange: Exchange = {}
        this.asked.push(exchange)
        return { bytes, exchange }
      }
      case P: {
        const name = textAt(bytes, 5)
        this.statements.set(name.text, textAt(bytes, name.end).text)
        return { bytes }
      }
      case B: {
        const portal = textAt(bytes, 5)
        this.portals.set(portal.text, this.statements.get(textAt(bytes, portal.end).text) ?? '')
        return { bytes }
      }
      case E: {
        this.open ??= {}
        return { bytes, exchange: this.open, asks: [this.portals.get(textAt(bytes, 5).text) ?? ''] }
      }
      case S: {
        const exchange = this.open ?? {}
        this.open = undefined
        this.asked.push(exchange)
        return { bytes, exchange }
      }
      default:
        return { bytes }
    }
  }
}

const [Q, P, B, E, S, F, Z] = Buffer.from('QPBESFZ')
const SSL_REQUEST = 80877103
const GSS_REQUEST = 80877104
const CANCEL_REQUEST = 80877102

const typed = (bytes: Buffer): number | undefined => sized(bytes, 1)

function sized(bytes: Buffer, at: number): number | undefined {
  if (bytes.length < at + 4) return undefined
  const length = bytes.readInt32BE(at)
  if (length < 4 || length > LONGEST) throw new UnknownProtocol(`a message of ${length} bytes is no PostgreSQL`)
  return at + length
}

/** The text that ends with a zero byte. */
function textAt(bytes: Buffer, at: number): { readonly text: string; readonly end: number } {
  const end = bytes.indexOf(0, at)
  if (end < 0) throw new UnknownProtocol('a text without an end')
  return { text: bytes.toString('utf8', at, end), end: end + 1 }
}

const plain = (sql: string): string => sql.trim().replaceAll(/\s+/g, ' ').toLowerCase()
