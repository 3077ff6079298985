import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { context, type Figure } from '../frame/figure.js'
import { median } from '../frame/statistics.js'
import { withServers } from '../house/ground.js'
import { freshDatabase } from '../house/servers.js'
import { HttpClient } from '../load/http.js'
import type { Measured, Run } from '../run.js'
import { forAWhile, SqlFloor } from './sql.js'

const PRODUCTS = 10_000
const PAGE = Buffer.alloc(8_192, 1)
const LANES = 4
const MESSAGE = Buffer.alloc(460, 'x')
const BATCH = 500

/** `floor`: what this machine gives to anybody, so that all other figures can be read. */
export async function floor(run: Run): Promise<Measured> {
  const sliceMs = run.isQuick ? 700 : 3_000
  const sql = await withServers(run, async (servers) => {
    const one = await SqlFloor.open(await freshDatabase(servers, 'floor'), PRODUCTS, 16)
    const pick = (): number => Math.floor(Math.random() * PRODUCTS)
    try {
      await one.intake(100)
      const rows: Readonly<Record<string, () => Promise<number>>> = {
        'SELECT 1, 1 client': () => forAWhile(sliceMs, 1, () => one.select()),
        'commits, 1 client': () => forAWhile(sliceMs, 1, () => one.commit()),
        'commits, 4 clients': () => forAWhile(sliceMs, LANES, () => one.commit()),
        'commits, 16 clients': () => forAWhile(sliceMs, 16, () => one.commit()),
        'orders taken in, one a statement': () => forAWhile(sliceMs, LANES, () => one.intake(1)),
        'orders taken in, 100 a statement': async () => 100 * (await forAWhile(sliceMs, LANES, () => one.intake(100))),
        'orders reserved, 200 a transaction': async () => 200 * (await forAWhile(sliceMs, 2, () => one.reserve(200, pick))),
        'Kafka records produced, 500 a batch': () => produce(servers.kafkaBrokers, sliceMs),
        'Kafka records consumed': () => consume(servers.kafkaBrokers, sliceMs),
      }
      return await inRounds(run, rows, sliceMs)
    } finally {
      await one.close()
    }
  })
  const local = await inRounds(run, { 'fsync of 8 kB': () => fsyncs(join(run.directory, 'fsync'), sliceMs), 'HTTP requests over loopback': () => loopback(sliceMs) }, sliceMs)
  const rounds = { ...sql, ...local }
  const figures: Figure[] = Object.entries(rounds).map(([name, rates], index) => context(`F${index + 1}`, name, '/s', median(rates), 'floor of this machine'))
  return { figures, rounds }
}

async function inRounds(run: Run, rows: Readonly<Record<string, () => Promise<number>>>, sliceMs: number): Promise<Record<string, number[]>> {
  const rates: Record<string, number[]> = {}
  for (let round = 0; round < run.rounds; round++) {
    for (const [name, work] of Object.entries(rows)) {
      const started = performance.now()
      const done = await work()
      const rate = done / (Math.max(performance.now() - started, sliceMs) / 1_000)
      rates[name] = [...(rates[name] ?? []), rate]
      run.say(`${name.padEnd(38)} ${rate.toFixed(0)}/s`)
    }
  }
  return rates
}

async function fsyncs(file: string, ms: number): Promise<number> {
  const handle = openSync(file, 'w')
  let done = 0
  for (const until = performance.now() + ms; performance.now() < until; done++) {
    writeSync(handle, PAGE, 0, PAGE.length, 0)
    fsyncSync(handle)
  }
  closeSync(handle)
  rmSync(file)
  return done
}

async function loopback(ms: number): Promise<number> {
  const server = createServer((_request, response) => response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const client = new HttpClient(16)
  const done = await forAWhile(ms, 16, () => client.send(url, 'POST', {}, '{"a":1}'))
  client.close()
  server.close()
  return done
}

const TOPIC = 'bench.floor'
const kafkaOf = (brokers: string): Kafka => new Kafka({ clientId: 'bench-floor', brokers: brokers.split(','), logLevel: logLevel.NOTHING })

async function produce(brokers: string, ms: number): Promise<number> {
  const kafka = kafkaOf(brokers)
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ timeout: 30_000, waitForLeaders: true, topics: [{ topic: TOPIC, numPartitions: 12, replicationFactor: 1 }] })
  await admin.disconnect()
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const messages = Array.from({ length: BATCH }, (_, index) => ({ key: String(index), value: MESSAGE }))
  const batches = await forAWhile(ms, 1, () => producer.sendBatch({ acks: -1, topicMessages: [{ topic: TOPIC, messages }] }))
  await producer.disconnect()
  return batches * BATCH
}

async function consume(brokers: string, ms: number): Promise<number> {
  const consumer = kafkaOf(brokers).consumer({ groupId: `bench-floor-${Date.now()}`, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true })
  let done = 0
  await consumer.run({ autoCommit: false, partitionsConsumedConcurrently: 12, eachBatch: async ({ batch }) => void (done += batch.messages.length) })
  await new Promise((resolve) => setTimeout(resolve, ms))
  await consumer.disconnect()
  return done
}
