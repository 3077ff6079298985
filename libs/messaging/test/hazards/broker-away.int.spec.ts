import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually, OwnServers } from '@waybill/testing'
import { setTimeout as pause } from 'node:timers/promises'
import { House, makeDatabase, publish, rowsOf } from '../harness.js'
import { lasting, tell } from './long.js'

/** Ten minutes are asked for by name. */
const awayMs = Number(process.env['WAYBILL_BROKER_AWAY_SECONDS'] ?? 0) * 1_000 || lasting(8_000, 60_000)
const PER_SECOND = 400

const withJava = (await OwnServers.refusal()) === undefined ? describe : describe.skip
withJava('a broker that is away', () => {
  const servers = new OwnServers()
  let house: House
  beforeAll(async () => {
    await servers.start()
    house = await House.open({ brokers: servers.brokers })
  }, 120_000)
  afterAll(async () => {
    await house.close()
    await servers.stop()
  }, 60_000)

  test('stops no intake, and what has gathered meanwhile drains at twice the rate of arrival or better, while more arrives', async () => {
    const owner = await house.owner({ database: await makeDatabase(await servers.database('owner_away')) })
    const consumer = await house.consumer({ database: await makeDatabase(await servers.database('consumer_away')) })
    await eventually(() => expect(consumer.messaging.health().consumer).toBe('running'), 15_000)
    let [step, isOver] = [0, false]
    const CRATES = 40
    let slowestMs = 0
    const load = (async () => {
      for (const startedAt = Date.now(); !isOver; ) {
        step++
        const beganAt = Date.now()
        await publish(owner, Array.from({ length: CRATES }, (_, index) => ({ crate: `away-${index}`, step })))
        slowestMs = Math.max(slowestMs, Date.now() - beganAt)
        await pause(Math.max(0, startedAt + (step * CRATES * 1_000) / PER_SECOND - Date.now()))
      }
    })()
    const done = async () => Number((await rowsOf<{ n: string }>(consumer.pool, 'SELECT count(*) AS n FROM applied'))[0]?.n)
    await eventually(async () => expect(await done()).toBeGreaterThan(PER_SECOND), 15_000)
    await servers.kill('kafka', 'SIGKILL')
    const [awayAt, stepAtKill] = [Date.now(), step]
    slowestMs = 0
    await pause(awayMs)
    const arrivedMeanwhile = (step - stepAtKill) * CRATES
    const slowestWhileAwayMs = slowestMs
    // Intake went on as before, at its pace.
    expect(arrivedMeanwhile).toBeGreaterThan((awayMs / 1_000) * PER_SECOND * 0.8)
    expect(owner.messaging.health().ready && consumer.messaging.health().ready).toBe(true)
    await servers.startBroker()
    const [backAt, doneAtReturn] = [Date.now(), await done()]
    // Sooner than a session: a consumer that had lost its membership would wait for the member it was.
    await eventually(async () => expect(await done()).toBeGreaterThan(doneAtReturn), 12_000)
    const [drainsSince, doneBefore, stepBefore] = [Date.now(), await done(), step]
    const backlog = stepBefore * CRATES - doneBefore
    await eventually(async () => expect(step * CRATES - (await done())).toBeLessThan(PER_SECOND), 60_000 + awayMs)
    const drainedIn = (Date.now() - drainsSince) / 1_000
    const [drainRate, arrivalRate] = [((await done()) - doneBefore) / drainedIn, ((step - stepBefore) * CRATES) / drainedIn]
    tell(
      `broker away for ${Math.round((backAt - awayAt) / 1_000)} s: ${arrivedMeanwhile} facts taken in meanwhile, the slowest change ${slowestWhileAwayMs} ms; first fact through ${drainsSince - backAt} ms after the broker was back; ` +
        `backlog of ${backlog} drained in ${drainedIn.toFixed(1)} s at ${Math.round(drainRate)}/s, while ${Math.round(arrivalRate)}/s arrived`,
    )
    expect(drainRate).toBeGreaterThan(2 * arrivalRate)
    isOver = true
    await load
    await eventually(async () => expect(await done()).toBe(step * CRATES), 30_000)
    const wrong = await rowsOf(consumer.pool, 'SELECT crate FROM (SELECT crate, sequence, row_number() OVER (PARTITION BY crate ORDER BY place) AS turn FROM applied) AS a WHERE sequence <> turn')
    expect(wrong).toEqual([])
    expect(await consumer.messaging.operations.parkedKeys()).toHaveLength(0)
    expect([...owner.fatal, ...consumer.fatal]).toEqual([])
  }, 120_000 + awayMs * 3)
})
