import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, loopback } from '@waybill/testing'
import { Kafka, logLevel } from 'kafkajs'
import { measured, type Stretch } from '../frame/stretch.js'
import type { Ground } from '../house/ground.js'
import { freshDatabase, withClient } from '../house/servers.js'
import { Channel, type Handing } from '../load/channel.js'
import { UNITS_AT_LOCATION } from '../load/company.js'
import { productOf, type BenchOrder } from '../load/orders.js'
import { Watcher } from '../load/watcher.js'
import type { Run } from '../run.js'

const services = ['order', 'inventory', 'payment'] as const
type TwinService = (typeof services)[number]
const topics = ['order-placed', 'stock-reserved', 'stock-refused', 'payment-authorized', 'order-confirmed', 'order-rejected'].map((name) => `twin.${name}`)
const PARTITIONS = 12
const PROVIDER_KEY = 'twin-provider-key'
const START_MS = 60_000

/** The naive twin at work: the same three hops as a team would write them that follows the books of Nest and TypeORM. */
export interface Twin {
  /** Hands orders in and waits until the last is confirmed. */
  round(orders: readonly BenchOrder[], handing: Handing, width: number): Promise<Stretch>
  /** Same promises as ours: nothing lost, nothing twice, nothing oversold. Throws: where one is broken. */
  verify(say: (line: string) => void): Promise<void>
}

/** Starts the twin beside the house, on the same servers, for some work. */
export async function withTwin<T>(run: Run, ground: Ground, products: number, work: (twin: Twin) => Promise<T>): Promise<T> {
  const { servers } = ground
  const databases = Object.fromEntries(await Promise.all(services.map(async (service) => [service, await freshDatabase(servers, `twin_${service}`)] as const))) as Record<TwinService, string>
  await makeTopics(servers.kafkaBrokers)
  const children: ChildProcess[] = []
  try {
    const paymentsUrl = await startProvider(children, join(ground.directory, 'twin-sandbox'))
    const urls: string[] = []
    for (const service of services) {
      const log = openSync(join(ground.directory, `twin-${service}.log`), 'w')
      const child = fork(join(import.meta.dirname, `${service}.main.js`), [], {
        execArgv: ['--disable-warning=TimeoutNegativeWarning'],
        env: { ...process.env, DATABASE_URL: databases[service], KAFKA_BROKERS: servers.kafkaBrokers, PAYMENTS_URL: paymentsUrl, PAYMENTS_KEY: PROVIDER_KEY },
        stdio: ['ignore', log, log, 'ipc'],
      })
      closeSync(log)
      children.push(child)
      const [url] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])])) as [string | undefined]
      if (url === undefined) throw new Error(`The twin's ${service} did not start: see ${ground.directory}/twin-${service}.log`)
      urls.push(url)
    }
    await stockUp(databases, products)
    const watcher = await Watcher.start(servers.kafkaBrokers, 'twin.order-confirmed', ({ key }) => key?.toString())
    const channel = new Channel(urls[0] ?? '', {}, 16)
    const names = ['outside', ...services.map((service) => `twin ${service}`)]
    const pids = new Map([...servers.pids, ...children.flatMap(({ pid }, index) => (pid === undefined ? [] : [[pid, names[index] ?? ''] as const]))])
    const twin: Twin = {
      round: async (orders, handing, width) => {
        const until = watcher.count + orders.length
        return measured(() => pids, orders.length, async () => {
          await channel.place(orders, handing, width)
          await watcher.until(until)
        })
      },
      verify: async (say) => {
        await verifyTwin(databases, channel.accepted.size)
        say(`verify: the twin's ${channel.accepted.size} orders are all confirmed and paid once, and nothing is oversold`)
      },
    }
    try {
      run.say('The naive twin is up')
      return await work(twin)
    } finally {
      await watcher.stop()
      channel.close()
    }
  } finally {
    for (const child of children) {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
  }
}

/** A provider of the twin's own: in the ledger of ours nobody else has a place. */
async function startProvider(children: ChildProcess[], directory: string): Promise<string> {
  const port = await freePort()
  const url = `http://${loopback}:${port}`
  children.push(fork(join(import.meta.dirname, '..', '..', '..', 'local', 'dist', 'sandbox', 'payment-provider', 'main.js'), ['--data', directory, '--port', String(port), '--api-key', PROVIDER_KEY], { execArgv: [], stdio: 'ignore' }))
  for (const until = Date.now() + START_MS; ; await pause(100)) {
    const answer = await fetch(`${url}/health`).catch(() => undefined)
    if (answer?.ok === true) return url
    if (Date.now() > until) throw new Error("The twin's payment provider does not answer")
  }
}

async function makeTopics(brokers: string): Promise<void> {
  const admin = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ timeout: 30_000, topics: topics.map((topic) => ({ topic, numPartitions: PARTITIONS, replicationFactor: 1 })) })
  await admin.disconnect()
  // their leaders are known to everybody a moment later
  await pause(1_000)
}

async function stockUp(databases: Readonly<Record<TwinService, string>>, products: number): Promise<void> {
  const skus = Array.from({ length: products }, (_, index) => productOf(index))
  await withClient(databases.order, (client) => client.query('INSERT INTO products (sku, "priceMinor") SELECT sku, 990 FROM unnest($1::text[]) AS sku', [skus]))
  await withClient(databases.inventory, (client) => client.query('INSERT INTO stock (sku, "onHand", reserved) SELECT sku, $2, 0 FROM unnest($1::text[]) AS sku', [skus, UNITS_AT_LOCATION]))
}

async function verifyTwin(databases: Readonly<Record<TwinService, string>>, accepted: number): Promise<void> {
  const one = async (service: TwinService, sql: string): Promise<number> => withClient(databases[service], async (client) => Number((await client.query<{ found: string }>(sql)).rows[0]?.found))
  const found: Readonly<Record<string, readonly [number, number]>> = {
    'orders confirmed': [await one('order', `SELECT count(*) AS found FROM orders WHERE status = 'CONFIRMED'`), accepted],
    'orders kept': [await one('order', 'SELECT count(*) AS found FROM orders'), accepted],
    'orders paid': [await one('payment', 'SELECT count(*) AS found FROM payments'), accepted],
    'orders reserved': [await one('inventory', 'SELECT count(DISTINCT "orderId") AS found FROM reservations'), accepted],
    'units reserved twice or not at all': [await one('inventory', 'SELECT (SELECT sum(reserved) FROM stock) - (SELECT sum(quantity) FROM reservations) AS found'), 0],
    'products oversold': [await one('inventory', 'SELECT count(*) AS found FROM stock WHERE reserved > "onHand"'), 0],
  }
  const broken = Object.entries(found).filter(([, [is, shouldBe]]) => is !== shouldBe)
  if (broken.length > 0) throw new Error(`The twin breaks its promises: ${broken.map(([what, [is, shouldBe]]) => `${what}: ${is} instead of ${shouldBe}`).join('; ')}`)
}
