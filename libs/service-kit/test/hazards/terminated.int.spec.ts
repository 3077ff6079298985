import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { OrderPlaced } from '@waybill/contracts'
import { kafkaJsClient, onBroker } from '@waybill/messaging'
import { controlProcess, developmentKey, eventually, exampleOf, freePort, namespace, request, type ControlledProcess } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { sample } from '../sample.service.js'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
let db: pg.Pool
// before the namespace, which drops the database this is connected to
afterAll(() => db.end())
const ns = await namespace()
let database: string
let url: string
let process: ControlledProcess
beforeAll(async () => {
  database = await ns.database(sample)
  await ns.topics()
  const admin = new URL(database)
  const { username, password } = new URL(globalThis.process.env['WAYBILL_POSTGRES_URL'] ?? '')
  admin.username = username
  admin.password = password
  db = new pg.Pool({ connectionString: admin.href, max: 2 })
  // Every change of such a counter takes its time inside the transaction.
  await db.query(`create function dawdle() returns trigger language plpgsql as $$ begin if new.name like 'slow-%' then perform pg_sleep(0.7); end if; return new; end $$`)
  await db.query('create trigger dawdle before insert or update on counters for each row execute function dawdle()')
})
afterEach(() => process.stop())

async function startSample(): Promise<void> {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  process = await controlProcess({
    name: 'the sample',
    file: join(import.meta.dirname, 'sample-process.ts'),
    nodeArgs: ['--import', join(import.meta.dirname, '..', '..', '..', '..', 'tools', 'local', 'from-source.mjs'), '--no-warnings'],
    env: { DATABASE_URL: database, KAFKA_BROKERS: ns.kafkaBrokers.join(','), NAMESPACE: ns.prefix, PORT: String(port), AUTH_DEVELOPMENT_KEY: developmentKey, LINK_KEY: 'the link key of the tests' },
    ready: { url: `${url}/health/ready` },
  })
}

const valueOf = async (name: string) => (await db.query<{ value: number }>('select value from counters where name = $1', [name])).rows[0]?.value ?? 0
const isDawdling = async () => expect((await db.query(`select from pg_stat_activity where state = 'active' and wait_event = 'PgSleep' and datname = current_database()`)).rowCount).toBeGreaterThan(0)

test('SIGTERM in the middle of a batch and of a request: both end as if nothing had come, the process leaves its group and ends well, and the next one goes on where it was', async () => {
  await startSample()
  const channel = `slow-${randomUUID()}`
  const order = randomUUID()
  for (let index = 0; index < 5; index++) await ns.publish(OrderPlaced, { key: order, subject: order, payload: { ...exampleOf(OrderPlaced), order, channel, reference: String(index) } })
  await eventually(isDawdling, 20_000)
  const inFlight = request(url).post('/v1/counters/slow-request/add', { steps: [{ by: 3 }] }, { role: 'agent', key: 'in-flight' })
  await eventually(async () => expect((await db.query(`select from pg_stat_activity where state = 'active' and wait_event = 'PgSleep' and datname = current_database()`)).rowCount).toBe(2), 5_000)
  const beganAt = Date.now()
  const ending = process.terminate(25_000)
  // A second one changes nothing.
  globalThis.process.kill(process.pid, 'SIGTERM')
  expect((await inFlight).body).toEqual({ name: 'slow-request', value: 3 })
  expect(await ending).toEqual({ code: 0, signal: null })
  expect(Date.now() - beganAt).toBeLessThan(25_000)
  expect(process.output).not.toMatch(/write after end|"level":"?(error|fatal)|"level":(50|60)/)
  expect(process.output).toContain('service stopped')
  const done = await valueOf(channel)
  const left = Number((await db.query<{ n: string }>(`select count(*) as n from messaging.inbox`)).rows[0]?.n)
  expect(done).toBeGreaterThan(0)
  expect(left).toBe(done)

  // It has left its group: nobody waits for a member that is gone.
  const admin = kafkaJsClient({ brokers: ns.kafkaBrokers }, quiet).admin()
  await admin.connect()
  const { groups } = await admin.describeGroups([onBroker(ns.prefix, sample.group ?? '')])
  await admin.disconnect()
  expect(groups.map(({ members }) => members)).toEqual([[]])

  await startSample()
  await eventually(async () => expect(await valueOf(channel)).toBe(5), 20_000)
  expect(await process.terminate()).toEqual({ code: 0, signal: null })
  expect(await valueOf(channel)).toBe(5)
}, 90_000)
