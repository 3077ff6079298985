/** Collects what a socket delivers until whole messages are there. */
export class Frames {
  private chunks: Buffer[] = []
  private held = 0
  private needed = 0

  /** `lengthOf` answers the whole length of the message that begins these bytes, or nothing when more must come to tell. */
  constructor(private readonly lengthOf: (bytes: Buffer) => number | undefined) {}

  /** The messages that these bytes complete. */
  *take(chunk: Buffer): Generator<Buffer> {
    this.chunks.push(chunk)
    this.held += chunk.length
    while (this.held > 0 && this.held >= this.needed) {
      const bytes = this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks)
      const length = this.lengthOf(bytes)
      // One more byte may tell; until a length is known we look again at every chunk.
      this.needed = length ?? bytes.length + 1
      const isWhole = length !== undefined && length <= bytes.length
      const rest = isWhole ? bytes.subarray(length) : bytes
      this.chunks = rest.length > 0 ? [rest] : []
      this.held = rest.length
      if (!isWhole) return
      this.needed = 0
      yield bytes.subarray(0, length)
    }
  }
}
