import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { HttpClient, inParallel } from './http.js'
import { bodyOf, type BenchOrder } from './orders.js'

/** How orders are handed in: each by itself, or so many in a call. */
export type Handing = { readonly kind: 'single' } | { readonly kind: 'bulk'; readonly size: number }

/** A channel that hands orders in at one door. */
export class Channel {
  private readonly client: HttpClient
  private readonly single: URL
  private readonly bulk: URL
  /** Orders accepted, by reference: the id they were given. */
  readonly accepted = new Map<string, string>()
  /** How often it was asked to come again later. */
  turnedAway = 0

  constructor(
    url: string,
    private readonly headers: Readonly<Record<string, string>>,
    connections: number,
  ) {
    this.client = new HttpClient(connections)
    this.single = new URL(`${url}/v1/orders`)
    this.bulk = new URL(`${url}/v1/orders/bulk`)
  }

  /** Hands them in over so many connections at once, patiently. Throws where one is refused. */
  async place(orders: readonly BenchOrder[], handing: Handing, width: number): Promise<void> {
    if (handing.kind === 'single') return inParallel(orders, width, (order) => this.one(order))
    const calls = Array.from({ length: Math.ceil(orders.length / handing.size) }, (_, index) => orders.slice(index * handing.size, (index + 1) * handing.size))
    return inParallel(calls, width, (call) => this.many(call))
  }

  /** Hands in one. Throws where it is refused. */
  async one(order: BenchOrder): Promise<void> {
    const { order: id } = JSON.parse(await this.insist(this.single, JSON.stringify(bodyOf(order)))) as { order: string }
    this.accepted.set(order.reference, id)
  }

  /** Asks once, under a key of its own. Answers the status; what is accepted is remembered. */
  async once(order: BenchOrder): Promise<number> {
    const { status, body } = await this.client.send(this.single, 'POST', { ...this.headers, 'idempotency-key': randomUUID() }, JSON.stringify(bodyOf(order)))
    if (status < 300) this.accepted.set(order.reference, (JSON.parse(body) as { order: string }).order)
    return status
  }

  private async many(orders: readonly BenchOrder[]): Promise<void> {
    const { outcomes } = JSON.parse(await this.insist(this.bulk, JSON.stringify({ orders: orders.map(bodyOf) }))) as { outcomes: { row: number; status: string; order?: string }[] }
    for (const { row, order, ...rest } of outcomes) {
      const of = orders[row]
      if (order === undefined || of === undefined) throw new Error(`An order was refused: ${JSON.stringify(rest)}`)
      this.accepted.set(of.reference, order)
    }
  }

  private async insist(url: URL, body: string): Promise<string> {
    const key = randomUUID()
    for (;;) {
      const { status, body: answer, retryAfter } = await this.client.send(url, 'POST', { ...this.headers, 'idempotency-key': key }, body)
      if (status < 300) return answer
      if (status !== 429 && status !== 503 && status !== 409) throw new Error(`An order was refused with ${status}: ${answer.slice(0, 500)}`)
      this.turnedAway += 1
      await pause((retryAfter ?? 0.2) * 1_000)
    }
  }

  close(): void {
    this.client.close()
  }
}
