import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually, OwnServers, smallVolume, smallVolumeRefusal, type SmallVolume } from '@waybill/testing'
import { setTimeout as pause } from 'node:timers/promises'
import { crates, House, publish, rowsOf } from '../harness.js'

const refusal = smallVolumeRefusal() ?? (await OwnServers.refusal())
const where = refusal === undefined ? describe : describe.skip
where(`a broker whose volume is full${refusal === undefined ? '' : ` (skipped: ${refusal})`}`, () => {
  let volume: SmallVolume
  let servers: OwnServers
  let house: House
  beforeAll(async () => {
    volume = await smallVolume(100)
    servers = new OwnServers({ kafka: volume.directory })
    await servers.start({ kafka: true })
    house = await House.open({ brokers: servers.brokers })
  }, 120_000)
  afterAll(async () => {
    await house.close()
    await servers.stop()
    await volume.remove()
  }, 60_000)

  test('acknowledges nothing it does not keep; intake goes on, and with room again, and the broker started again, all that was taken in arrives once and in order', async () => {
    const owner = await house.owner({ database: await house.database() })
    const consumer = await house.consumer({ database: await house.database() })
    await eventually(() => expect(consumer.messaging.health().consumer).toBe('running'), 15_000)
    let [step, isOver] = [0, false]
    const CRATES = 20
    const load = (async () => {
      while (!isOver) {
        step++
        await publish(owner, Array.from({ length: CRATES }, (_, index) => ({ crate: `full-${index}`, step })))
        await pause(50)
      }
    })()
    const done = async () => Number((await rowsOf<{ n: string }>(consumer.pool, 'SELECT count(*) AS n FROM applied'))[0]?.n)
    await eventually(async () => expect(await done()).toBeGreaterThan(200), 15_000)
    await volume.fill()
    // A broker ends itself when its last log directory fails.
    await servers.ended('kafka', 60_000)
    const atEnd = step
    await eventually(() => expect(owner.alarms.map(({ code }) => code)).toContain('relay-stuck'), 20_000)
    expect(step).toBeGreaterThan(atEnd)
    expect([owner, consumer].map(({ messaging }) => messaging.health().ready)).toEqual([true, true])
    // A supervisor starts it again and again; while there is no room it does not come up.
    await expect(servers.startBroker()).rejects.toThrow('did not start')
    await volume.free()
    await servers.startBroker()
    await eventually(async () => expect(await done()).toBeGreaterThan(atEnd * CRATES), 40_000)
    isOver = true
    await load
    await eventually(async () => expect(await done()).toBe(step * CRATES), 30_000)
    const wrong = await rowsOf(consumer.pool, 'SELECT crate FROM (SELECT crate, sequence, row_number() OVER (PARTITION BY crate ORDER BY place) AS turn FROM applied) AS a WHERE sequence <> turn')
    expect(wrong).toEqual([])
    const lying = new Set((await house.read(crates)).map(({ id }) => id))
    expect(lying.size).toBe(step * CRATES)
    expect(await consumer.messaging.operations.parkedKeys()).toHaveLength(0)
    expect([...owner.fatal, ...consumer.fatal]).toEqual([])
  }, 240_000)
})
