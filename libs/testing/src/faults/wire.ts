/** A request of a client and what the server answers to it. */
export interface Exchange {
  /** What is to go wrong with it, if anything. */
  fault?: PlannedFault
}

/** A fault that waits for its request. */
export interface PlannedFault {
  readonly act: 'drop-reply' | 'cut-before' | 'cut-after'
  happened(): void
}

/** One whole message of a connection. */
export interface WireMessage {
  readonly bytes: Buffer
  readonly exchange?: Exchange
  /** What the client asks for with it, as faults name it. */
  readonly asks?: readonly string[]
  /** True for the last message of a reply. */
  readonly ends?: boolean
}

/** One connection as its protocol sees it: the only part of the proxy that knows what the bytes mean. */
export interface Wire {
  fromClient(chunk: Buffer): Iterable<WireMessage>
  fromServer(chunk: Buffer): Iterable<WireMessage>
  /** The server never gets this message, so no answer will come. */
  lost(message: WireMessage): void
  /** True when a fault that is planned for `wanted` meets `asked`. */
  matches(wanted: string, asked: string): boolean
}

/** The bytes are not what this proxy understands: it must not guess. */
export class UnknownProtocol extends Error {}
