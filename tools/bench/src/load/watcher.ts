import { randomUUID } from 'node:crypto'
import { Kafka, logLevel, type Consumer, type KafkaMessage } from 'kafkajs'

/** Hears, from outside, when something became of an order: its facts on a topic, as anybody may read them. */
export class Watcher {
  private readonly seen = new Map<string, number>()
  private readonly waiting: { readonly count: number; readonly done: () => void }[] = []

  private constructor(
    private readonly consumer: Consumer,
    private readonly orderOf: (message: KafkaMessage) => string | undefined,
  ) {}

  /** Reads a topic from its present end on. `orderOf` tells which order a message is about, if it is of the wanted kind. */
  static async start(brokers: string, topic: string, orderOf: (message: KafkaMessage) => string | undefined): Promise<Watcher> {
    const kafka = new Kafka({ clientId: 'bench-watcher', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
    const consumer = kafka.consumer({ groupId: `bench-watcher-${randomUUID()}`, maxWaitTimeInMs: 1_000, allowAutoTopicCreation: false })
    const watcher = new Watcher(consumer, orderOf)
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: false })
    const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()))
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 12,
      eachBatch: async ({ batch }) => {
        const now = performance.now()
        for (const message of batch.messages) watcher.hear(message, now)
      },
    })
    await joined
    return watcher
  }

  get count(): number {
    return this.seen.size
  }

  /** When it was first heard of this order. Unit: ms of performance.now(). */
  at(order: string): number | undefined {
    return this.seen.get(order)
  }

  /** Resolves when so many have been heard of in all. Throws when nothing new comes for a while. */
  async until(count: number, silenceMs = 120_000): Promise<void> {
    if (this.seen.size >= count) return
    await new Promise<void>((resolve, reject) => {
      let last = this.seen.size
      const watch = setInterval(() => {
        if (this.seen.size === last) {
          clearInterval(watch)
          reject(new Error(`Nothing was heard for ${silenceMs / 1_000} s: ${this.seen.size} of ${count}`))
        }
        last = this.seen.size
      }, silenceMs)
      this.waiting.push({
        count,
        done: () => {
          clearInterval(watch)
          resolve()
        },
      })
    })
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect()
  }

  private hear(message: KafkaMessage, now: number): void {
    const order = this.orderOf(message)
    if (order === undefined || this.seen.has(order)) return
    this.seen.set(order, now)
    for (let place = this.waiting.length - 1; place >= 0; place--) {
      const one = this.waiting[place]
      if (one !== undefined && this.seen.size >= one.count) {
        this.waiting.splice(place, 1)
        one.done()
      }
    }
  }
}
