import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { OrderPlaced } from '@waybill/contracts'
import { eventually, exampleOf, namespace, OwnServers, request, smallVolume, smallVolumeRefusal, type SmallVolume, type StartedService } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { migrate } from '../../src/index.js'
import { sample } from '../sample.service.js'

const refusal = smallVolumeRefusal()
const where = refusal === undefined ? describe : describe.skip
const ns = await namespace()

where(`a database whose volume is full${refusal === undefined ? '' : ` (skipped: ${refusal})`}`, () => {
  let volume: SmallVolume
  let servers: OwnServers
  let service: StartedService
  let url: string
  beforeAll(async () => {
    volume = await smallVolume(180)
    servers = new OwnServers({ postgres: volume.directory })
    await servers.start({ postgres: true })
    url = await servers.database('sample')
    await migrate(sample, url)
    service = await ns.start(sample, { database: url })
  }, 120_000)
  afterAll(async () => {
    await service.stop()
    await servers.stop()
    await volume.remove()
  }, 60_000)

  const asked: string[] = []
  const add = async (counter: string, key: string) => {
    const { status, body, headers } = await request(service.url).post(`/v1/counters/${counter}/add`, { steps: [{ by: 1 }] }, { role: 'agent', key })
    return { status, code: body.code as string | undefined, retryAfter: headers.get('retry-after') }
  }
  const ask = (counter: string) => {
    const key = randomUUID()
    asked.push(key)
    return add(counter, key)
  }
  const query = async <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<readonly Row[]> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query<Row>(sql, values)).rows
    } finally {
      await client.end()
    }
  }
  const valueOf = async (counter: string) => (await query<{ value: number }>('select value from counters where name = $1', [counter]))[0]?.value ?? 0
  const place = (channel: string) => {
    const order = randomUUID()
    return ns.publish(OrderPlaced, { key: order, subject: order, payload: { ...exampleOf(OrderPlaced), order, channel, reference: order } })
  }
  /** Every request that was made is made again under its key, and every message arrives: all of it once. */
  const allIsDoneOnce = async (counter: string, channel: string, messages: number) => {
    await eventually(async () => expect((await request(service.url).get('/health/ready')).status).toBe(200), 30_000)
    for (const key of asked) await eventually(async () => expect((await add(counter, key)).status).toBe(200), 10_000)
    expect(await valueOf(counter)).toBe(asked.length)
    await eventually(async () => expect(await valueOf(channel)).toBe(messages), 20_000)
    expect(await query('select from messaging.parked_key')).toHaveLength(0)
    expect(service.fatal).toEqual([])
    asked.splice(0)
  }

  test('no room for data: callers are told storage-full and when to come back, nothing is half done, messages wait; with room again all goes on without a hand', async () => {
    expect((await ask('data')).status).toBe(200)
    await volume.fill()
    const told: Awaited<ReturnType<typeof ask>>[] = []
    // Pages that are there take some more rows.
    await eventually(async () => {
      told.push(...(await Promise.all(Array.from({ length: 8 }, () => ask('data')))))
      expect(told.some(({ status }) => status !== 200)).toBe(true)
    }, 60_000)
    expect(new Set(told.filter(({ status }) => status !== 200).map(({ status, code, retryAfter }) => `${status} ${code} ${retryAfter}`))).toEqual(new Set(['503 storage-full 1']))
    expect((await request(service.url).get('/health/live')).status).toBe(200)
    const done = told.filter(({ status }) => status === 200).length + 1
    expect(await valueOf('data')).toBe(done)
    expect(Number((await query<{ n: string }>('select count(*) as n from kit.requests'))[0]?.n)).toBe(done)
    for (let index = 0; index < 30; index++) await place('while-data-is-full')
    await pause(2_000)
    await volume.free()
    await allIsDoneOnce('data', 'while-data-is-full', 30)
  }, 120_000)

  test('no room for the log of the database, which ends itself: 503 while it is gone; with room again and started by its supervisor, all goes on', async () => {
    expect((await ask('log')).status).toBe(200)
    await volume.fill()
    // Writes to the log and to nothing else, a megabyte at a time.
    const logging = async () => {
      for (;;) await query(`select pg_logical_emit_message(true, 'test', repeat('x', 1000000))`)
    }
    await expect(logging()).rejects.toThrow(/No space left|terminat|closed|ECONN|crash|recovery|shutting/i)
    const told = await Promise.all(Array.from({ length: 4 }, () => ask('log')))
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set([503]))
    expect((await request(service.url).get('/health/live')).status).toBe(200)
    for (let index = 0; index < 10; index++) await place('while-log-is-full')
    await pause(1_000)
    await volume.free()
    const isUp = await query('select 1').then(() => true, () => false)
    if (!isUp) {
      await servers.kill('postgres', 'SIGQUIT').catch(() => undefined)
      await servers.startPostgres()
    }
    await allIsDoneOnce('log', 'while-log-is-full', 10)
  }, 120_000)
})
