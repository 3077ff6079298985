import { randomUUID } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { OrderSubmitted } from '@waybill/contracts'
import { answerOf, type Api } from '@waybill/local'
import { encode } from '@waybill/messaging'
import { Kafka, logLevel, type Message, type Producer } from 'kafkajs'
import type { PlannedOrder } from './orders.js'
import type { Run } from './run.js'

/** Orders of one bulk call, and of one file. */
const BULK = 25
const POLL_MS = 300
/** A broker that gave no answer by then is asked anew, over new connections. */
const SEND_MS = 15_000
const APPEARS_WITHIN_MS = 60_000

/** How channels are, beyond what they send. */
export interface ChannelHabits {
  /** Where orders are sent that go by the topic. */
  readonly kafkaBrokers: string
  readonly orderUrl: string
  /** The sender's ledger: what it holds as accepted. */
  readonly ledger: string
  /** How long an order that went by the topic or in a file may take to appear. Unit: ms. */
  readonly appearsWithinMs?: number
  /** An answer that comes later is no answer. Unit: ms. */
  readonly answerMs?: number
}

/** What channels count. */
export interface Sent {
  readonly accepted: Map<string, string>
  duplicatesIgnored: number
  refused: number
}

/** The channels: hand orders in over all doors, remember on disk what was accepted, and send some twice. */
export class Channels {
  readonly sent: Sent = { accepted: new Map(), duplicatesIgnored: 0, refused: 0 }
  private readonly kafka: Kafka
  private producer: Promise<Producer> | undefined

  constructor(
    private readonly api: Api,
    private readonly run: Run,
    private readonly habits: ChannelHabits,
  ) {
    this.kafka = new Kafka({ clientId: 'simulated-channels', brokers: habits.kafkaBrokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 3 } })
  }

  /** Hands all orders in, at most `perSecond`. Resolves when the last is accepted. */
  async place(orders: readonly PlannedOrder[], perSecond: number): Promise<void> {
    const started = Date.now()
    const waiting: Promise<void>[] = []
    const bulk: PlannedOrder[] = []
    const file: PlannedOrder[] = []
    for (const [index, order] of orders.entries()) {
      const due = started + (index / perSecond) * 1000
      if (due > Date.now()) await wait(due - Date.now())
      if (order.door === 'rest') waiting.push(this.byRest(order))
      else if (order.door === 'topic') waiting.push(this.byTopic(order))
      else {
        const batch = order.door === 'bulk' ? bulk : file
        batch.push(order)
        if (batch.length === BULK) waiting.push(order.door === 'bulk' ? this.byBulk(batch.splice(0)) : this.byFile(batch.splice(0)))
      }
    }
    if (bulk.length > 0) waiting.push(this.byBulk(bulk))
    if (file.length > 0) waiting.push(this.byFile(file))
    await Promise.all(waiting)
    await (await this.producer)?.disconnect()
    this.producer = undefined
  }

  private async byRest(order: PlannedOrder): Promise<void> {
    for (const time of order.isSentTwice ? [1, 2] : [1]) {
      const answer = await this.api.send('order', 'POST', '/v1/orders', order.body)
      if (answer.status >= 300) return this.refuse(order, answer.body)
      if (time === 2 && answer.status === 200) this.sent.duplicatesIgnored += 1
      await this.accept(order, (answer.body as { order: string }).order)
    }
  }

  private async byBulk(orders: readonly PlannedOrder[]): Promise<void> {
    const twice = [...orders, ...orders.filter(({ isSentTwice }) => isSentTwice)]
    const { status, body } = await this.api.send('order', 'POST', '/v1/orders/bulk', { orders: twice.map((order) => order.body) })
    if (status >= 300) return orders.forEach((order) => this.refuse(order, body))
    for (const { row, status: outcome, order: id, ...rest } of (body as { outcomes: { row: number; status: string; order?: string; isNew?: boolean }[] }).outcomes) {
      const order = twice[row] as PlannedOrder
      if (outcome === 'refused' || id === undefined) this.refuse(order, rest)
      else if (row >= orders.length) this.sent.duplicatesIgnored += 1
      else await this.accept(order, id)
    }
  }

  private async byTopic(order: PlannedOrder): Promise<void> {
    const key = `${order.channel}:${order.reference}`
    for (const _ of order.isSentTwice ? [1, 2] : [1]) {
      const { headers, payload } = encode(
        OrderSubmitted,
        { id: randomUUID(), source: order.channel, subject: key, key, time: new Date().toISOString(), sequence: null, correlationId: null, causationId: null, actor: `channel:${order.channel}`, traceparent: null },
        order.body as never,
      )
      await this.send({ key, value: payload, headers: { ...headers } })
    }
    if (order.isSentTwice) this.sent.duplicatesIgnored += 1
    await this.find(order)
  }

  /** Until the broker has it: the same message under the same id, so that a lost answer makes a repetition and no second order. */
  private async send(message: Message): Promise<void> {
    for (;;) {
      const connected = (this.producer ??= this.connect())
      try {
        await inTime(connected.then((producer) => producer.send({ topic: OrderSubmitted.topic.name, acks: -1, messages: [message] })))
        return
      } catch (error) {
        this.run.trouble(`order topic: ${error instanceof Error ? error.name : String(error)}`)
        if (this.producer === connected) this.producer = undefined
        void connected.then((producer) => producer.disconnect()).catch(() => undefined)
        await wait(500)
      }
    }
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({ idempotent: false, allowAutoTopicCreation: false })
    await producer.connect()
    return producer
  }

  private async byFile(orders: readonly PlannedOrder[]): Promise<void> {
    const lines = [...orders, ...orders.filter(({ isSentTwice }) => isSentTwice)].map(({ body }) => JSON.stringify(body)).join('\n')
    this.sent.duplicatesIgnored += orders.filter(({ isSentTwice }) => isSentTwice).length
    const headers = { authorization: `Bearer ${await this.api.tokenOf('admin')}`, 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID() }
    for (;;) {
      const answer = await answerOf(`${this.habits.orderUrl}/v1/orders/imports`, { method: 'POST', headers, body: `${lines}\n` }, this.habits.answerMs)
      if (answer !== undefined && answer.status < 300) {
        const { import: id } = answer.body as { import: string }
        while (((await this.api.send('order', 'GET', `/v1/orders/imports/${id}`)).body as { status: string }).status !== 'done') await wait(POLL_MS)
        break
      }
      this.run.trouble(`file upload answered ${answer?.status ?? 'nothing'}`)
      await wait(500)
    }
    for (const order of orders) await this.find(order)
  }

  /** A channel that was not answered with an id asks by its own reference. */
  private async find(order: PlannedOrder): Promise<void> {
    const until = Date.now() + (this.habits.appearsWithinMs ?? APPEARS_WITHIN_MS)
    while (Date.now() < until) {
      const { body } = await this.api.send('order', 'GET', `/v1/orders?channel=${order.channel}&reference=${encodeURIComponent(order.reference)}`)
      const [found] = (body as { items: { order: string }[] }).items
      if (found) return this.accept(order, found.order)
      await wait(POLL_MS)
    }
    this.refuse(order, { code: 'never-appeared' })
  }

  private async accept(order: PlannedOrder, id: string): Promise<void> {
    if (this.sent.accepted.has(order.reference)) return
    this.sent.accepted.set(order.reference, id)
    await appendFile(this.habits.ledger, `${JSON.stringify({ channel: order.channel, reference: order.reference, order: id })}\n`)
  }

  private refuse(order: PlannedOrder, why: unknown): void {
    this.sent.refused += 1
    this.run.trouble(`order refused: ${JSON.stringify(why).slice(0, 200)} (${order.door})`)
  }
}

async function inTime(work: Promise<unknown>): Promise<void> {
  const ending = new AbortController()
  try {
    await Promise.race([
      work,
      wait(SEND_MS, undefined, ending).then(() => {
        throw new Error('the broker gave no answer')
      }),
    ])
  } finally {
    ending.abort()
  }
}
