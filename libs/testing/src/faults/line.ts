import type { Socket } from 'node:net'

/** What lies over every line of a proxy at the moment. */
export interface Weather {
  readonly holes: Set<Direction>
  delayMs: number
  jitterMs: number
  /** Unit: bytes a second and direction of a connection. 0: as fast as it goes. */
  bytesPerSecond: number
  readonly random: () => number
}

export type Direction = 'to-server' | 'to-client'

/** More than this waiting, and the sender is no longer read. */
const MOST_WAITING = 4 * 1024 * 1024
/** A limited line passes on ten pieces a second. */
const PIECES_PER_SECOND = 10

/** One direction of one connection: passes whole messages on, as late and as slowly as the weather has it, in their order. */
export class Line {
  private readonly waiting: { readonly bytes: Buffer; readonly dueAt: number }[] = []
  private waitingBytes = 0
  private freeAt = 0
  private hasEnded = false
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly direction: Direction,
    private readonly weather: Weather,
    private readonly from: Socket,
    private readonly to: Socket,
  ) {
    to.on('drain', () => this.pump())
  }

  get isHole(): boolean {
    return this.weather.holes.has(this.direction)
  }

  push(bytes: Buffer): void {
    const { delayMs, jitterMs, bytesPerSecond, random } = this.weather
    const arrival = Date.now() + delayMs + (random() * 2 - 1) * jitterMs
    const size = bytesPerSecond > 0 ? Math.max(1, Math.floor(bytesPerSecond / PIECES_PER_SECOND)) : bytes.length
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size)
      this.freeAt = Math.max(this.freeAt, arrival) + (bytesPerSecond > 0 ? (piece.length / bytesPerSecond) * 1000 : 0)
      this.waiting.push({ bytes: piece, dueAt: this.freeAt })
      this.waitingBytes += piece.length
    }
    this.pump()
  }

  /** No more will come: after what waits, the other side hears of it too, unless the line is a hole. */
  end(): void {
    this.hasEnded = true
    this.pump()
  }

  /** The weather is fine again: nothing waits any longer. */
  heal(): void {
    this.freeAt = 0
    const all = this.waiting.splice(0)
    this.waiting.push(...all.map(({ bytes }) => ({ bytes, dueAt: 0 })))
    this.pump()
  }

  private pump(): void {
    clearTimeout(this.timer)
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      const wait = first.dueAt - Date.now()
      if (wait > 0) {
        this.timer = setTimeout(() => this.pump(), wait)
        break
      }
      this.waiting.shift()
      this.waitingBytes -= first.bytes.length
      if (!this.to.destroyed) this.to.write(first.bytes)
    }
    if (this.hasEnded && this.waiting.length === 0 && !this.isHole) this.to.destroySoon()
    if (this.waitingBytes + this.to.writableLength > MOST_WAITING) this.from.pause()
    else if (this.from.isPaused()) this.from.resume()
  }
}
