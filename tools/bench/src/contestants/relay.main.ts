// Contestants of `relay`: a journal drained by our relay, and the same records sent by a bare kafkajs sendBatch.
import { OrderPlaced } from '@waybill/contracts'
import { createMessaging } from '@waybill/messaging'
import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { Registry } from 'prom-client'
import { answerWith, own, type TaskArguments, type TaskResult } from './contestant.js'
import { benchRegistry, facts, onAlarm, quietLog } from './facts.js'

const APPEND = 500
/** Best of the sizes tried. Source: research/07 section 2.3. */
const SEND = 500
const LOOK_MS = 5

async function ours({ kafkaBrokers, databaseUrl = '', count = 0 }: TaskArguments): Promise<TaskResult> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4, options: '-c jit=off' })
  const metrics = new Registry()
  const messaging = createMessaging({ service: 'order', kafka: { brokers: kafkaBrokers.split(',') }, registry: benchRegistry(), pool: pool as never, metrics, log: quietLog, onAlarm, onFatal: (error) => process.stderr.write(`${error.message}\n`) })
  await pool.query('SELECT messaging.keep_partitions()')
  const client = await pool.connect()
  for (let done = 0; done < count; done += APPEND) {
    await client.query('BEGIN')
    await messaging.journal.append(client as never, facts(Math.min(APPEND, count - done)))
    await client.query('COMMIT')
  }
  const sent = async (): Promise<number> => ((await metrics.getSingleMetric('waybill_relay_sent_total')?.get())?.values ?? []).reduce((sum, { value }) => sum + value, 0)
  const until = async (wanted: number): Promise<void> => {
    while ((await sent()) < wanted) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  await messaging.start()
  // from its first batch on: to connect and to get the lease is nobody's throughput
  await until(1)
  const result = await own(count - (await sent()), () => until(count))
  client.release()
  await messaging.stop()
  await pool.end()
  return result
}

async function rival({ kafkaBrokers, databaseUrl = '', count = 0 }: TaskArguments): Promise<TaskResult> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  const { rows } = await pool.query<{ key: string; headers: Record<string, string>; payload: Buffer }>('SELECT key, headers, payload FROM messaging.journal ORDER BY seq DESC LIMIT $1', [count])
  await pool.end()
  const producer = new Kafka({ clientId: 'bench-rival', brokers: kafkaBrokers.split(','), logLevel: logLevel.NOTHING }).producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const messages = rows.map(({ key, headers, payload }) => ({ key, headers, value: payload }))
  const result = await own(messages.length, async () => {
    for (let from = 0; from < messages.length; from += SEND) await producer.sendBatch({ acks: -1, topicMessages: [{ topic: OrderPlaced.topic.name, messages: messages.slice(from, from + SEND) }] })
  })
  await producer.disconnect()
  return result
}

answerWith({ ours, rival })
