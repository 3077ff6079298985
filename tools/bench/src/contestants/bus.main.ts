// Contestants of `bus`: our transport with a handler that does nothing and no database, and bare kafkajs with JSON.parse.
import { randomUUID } from 'node:crypto'
import { OrderPlaced } from '@waybill/contracts'
import { createMessaging } from '@waybill/messaging'
import { Kafka, logLevel } from 'kafkajs'
import { Registry } from 'prom-client'
import { answerWith, own, type TaskArguments, type TaskResult } from './contestant.js'
import { benchRegistry, onAlarm, quietLog } from './facts.js'

/** A database that holds nothing and takes everything. */
const nothing = { query: () => Promise.resolve({ rows: [], rowCount: 0 }) }
const noDatabase = { ...nothing, connect: () => Promise.resolve({ ...nothing, on: () => undefined, removeListener: () => undefined, release: () => undefined }) }

async function ours({ kafkaBrokers, count = 0 }: TaskArguments): Promise<TaskResult> {
  const group = `bench.${randomUUID()}`
  const messaging = createMessaging({ service: 'inventory', group, kafka: { brokers: kafkaBrokers.split(',') }, registry: benchRegistry(group), pool: noDatabase as never, metrics: new Registry(), log: quietLog, onAlarm, onFatal: (error) => process.stderr.write(`${error.message}\n`) })
  let heard = 0
  return own(count, () => new Promise<void>((resolve, reject) => {
    const handler = (batch: readonly unknown[]): Promise<void> => {
      heard += batch.length
      if (heard >= count) resolve()
      return Promise.resolve()
    }
    messaging.transport.addHandler(OrderPlaced.type, handler as never, true)
    messaging.transport.listen((error) => {
      if (error instanceof Error) reject(error)
    })
  }))
}

async function rival({ kafkaBrokers, count = 0 }: TaskArguments): Promise<TaskResult> {
  const consumer = new Kafka({ clientId: 'bench-rival', brokers: kafkaBrokers.split(','), logLevel: logLevel.NOTHING }).consumer({ groupId: `bench-rival-${randomUUID()}`, maxWaitTimeInMs: 1_000, maxBytesPerPartition: 262_144, allowAutoTopicCreation: false })
  let heard = 0
  return own(count, async () => {
    await consumer.connect()
    await consumer.subscribe({ topics: [OrderPlaced.topic.name], fromBeginning: true })
    await new Promise<void>((resolve) => {
      void consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 12,
        eachBatch: async ({ batch }) => {
          for (const { value } of batch.messages) {
            JSON.parse(String(value))
            heard += 1
          }
          if (heard >= count) resolve()
        },
      })
    })
  })
}

answerWith({ ours, rival })
