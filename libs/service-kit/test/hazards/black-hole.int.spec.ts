import { afterAll, expect, test } from '@jest/globals'
import { OrderPlaced } from '@waybill/contracts'
import { eventually, exampleOf, namespace, request, startProxy, type Namespace, type Proxy, type StartedService } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { cutWhenSilent } from '../../src/silent-connection.js'
import { sample } from '../sample.service.js'

/** Silence that a service may take for slowness before it gives a connection up, and a little for the rest of the way. */
const ANSWER_WITHIN_MS = 8_000 + 4_000
const isLong = process.env['WAYBILL_LONG'] === '1'
const HOLE_MS = isLong ? 120_000 : 9_000

const proxies: Proxy[] = []
const pools: pg.Pool[] = []
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
})
const directions = ['to-client', 'to-server', 'both'] as const
// Each with a group of its own: replicas of one group would share the messages between their databases.
const spaces: Namespace[] = []
for (const _ of directions) spaces.push(await namespace())
afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())))

async function behindProxy(ns: Namespace): Promise<{ readonly proxy: Proxy; readonly service: StartedService; readonly db: pg.Pool }> {
  const database = await ns.database(sample)
  const url = new URL(database)
  const proxy = await startProxy({ protocol: 'postgres', target: url.host })
  url.host = proxy.address
  const service = await ns.start(sample, { database, env: { DATABASE_URL: url.href } })
  const db = new pg.Pool({ connectionString: database, max: 2 })
  proxies.push(proxy)
  pools.push(db)
  return { proxy, service, db }
}

const add = (service: StartedService, name: string, key: string) => request(service.url).post(`/v1/counters/${name}/add`, { steps: [{ by: 1 }] }, { role: 'agent', key })

// All at once: each of them mostly waits.
test('a database connection in which one direction, or both, is a black hole: callers get 503 instead of hanging, and with the hole gone the whole pool works, nothing done twice', async () => {
  await Promise.all(
    directions.map(async (direction, index) => {
      const ns = spaces[index] as Namespace
      const { proxy, service, db } = await behindProxy(ns)
      const valueOf = async (name: string) => (await db.query<{ value: number }>('select value from counters where name = $1', [name])).rows[0]?.value ?? 0
      // As many at once as the pool holds, so that all of its connections are there when the hole opens.
      await Promise.all(Array.from({ length: 10 }, () => add(service, 'warm', randomUUID())))
      expect(await valueOf('warm')).toBe(10)

      proxy.blackHole(direction)
      const openedAt = Date.now()
      const keys = Array.from({ length: 14 }, () => randomUUID())
      const [answers] = await Promise.all([
        Promise.all(
          keys.map(async (key) => {
            const beganAt = Date.now()
            const { status, body, headers } = await add(service, 'dark', key)
            return { status, code: body.code as string, retryAfter: headers.get('retry-after'), ms: Date.now() - beganAt }
          }),
        ),
        eventually(async () => expect((await request(service.url).get('/health/ready')).body).toMatchObject({ ready: false }), 10_000),
      ])
      expect(answers.map(({ status, retryAfter }) => [status, retryAfter !== null])).toEqual(keys.map(() => [503, true]))
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(ANSWER_WITHIN_MS)
      expect((await request(service.url).get('/health/live')).status).toBe(200)
      const channel = randomUUID()
      await ns.publish(OrderPlaced, { key: channel, subject: channel, payload: { ...exampleOf(OrderPlaced), order: channel, channel, reference: 'r' } })
      await pause(Math.max(0, HOLE_MS - (Date.now() - openedAt)))
      proxy.heal()

      // By itself: what was under way in the hole is given up at last, and then no connection of the pool is left that answers late or never.
      const healedAt = Date.now()
      const burst = async () => (await Promise.all(Array.from({ length: 20 }, () => add(service, 'light', randomUUID())))).map(({ status }) => status)
      const allDone = Array.from({ length: 20 }, () => 200)
      await eventually(async () => expect(await burst()).toEqual(allDone), ANSWER_WITHIN_MS)
      if (isLong) process.stderr.write(`black hole ${direction} of ${HOLE_MS} ms: slowest 503 after ${Math.max(...answers.map(({ ms }) => ms))} ms, all is well ${Date.now() - healedAt} ms after its end\n`)
      for (let round = 0; round < 3; round++) await eventually(async () => expect(await burst()).toEqual(allDone))
      await eventually(async () => expect((await request(service.url).get('/health/ready')).status).toBe(200))
      // What was refused is asked again under its key, and done once, also where the commit had got through.
      const again = await Promise.all(keys.map((key) => eventually(async () => (expect((await add(service, 'dark', key)).status).toBe(200)))))
      expect(again).toHaveLength(14)
      expect(await valueOf('dark')).toBe(14)
      await eventually(async () => expect(await valueOf(channel)).toBe(1), 15_000)
      expect(service.fatal).toEqual([])
    }),
  )
}, 60_000 + HOLE_MS)

test('a connection is cut for the silence of the other side only: a process that stood still itself hears first what has arrived', async () => {
  const database = await (spaces[0] as Namespace).emptyDatabase()
  const pool = new pg.Pool({ connectionString: database, max: 1 })
  pools.push(pool)
  pool.on('connect', (client) => cutWhenSilent(client, 500))
  pool.on('error', () => undefined)
  const answer = pool.query<{ n: number }>('select 7 as n from pg_sleep(0.2)')
  await pause(50)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500)
  expect((await answer).rows).toEqual([{ n: 7 }])
  for (let turn = 0; turn < 3; turn++) await pool.query('select 1 from pg_sleep(0.3)')
  await expect(pool.query('select 1 from pg_sleep(3)')).rejects.toThrow('Connection terminated')
  expect((await pool.query('select 8 as n')).rows).toEqual([{ n: 8 }])
}, 30_000)
