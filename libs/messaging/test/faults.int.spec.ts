import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually, OwnServers, seeded } from '@waybill/testing'
import { setTimeout as pause } from 'node:timers/promises'
import { kafkaJsDriver, type KafkaDriver } from '../src/index.js'
import { applied, crates, House, makeDatabase, publish, rowsOf, stepsOf } from './harness.js'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

describe('a producer whose replies get lost, whose requests get lost, and that hangs', () => {
  let house: House
  beforeAll(async () => {
    house = await House.open()
  })
  afterAll(() => house.close())

  test('loses nothing and reorders nothing; only duplicates result', async () => {
    const good = kafkaJsDriver({ brokers: house.brokers }, house.ns.prefix, quiet)
    let faults = 0
    const { random } = seeded('a producer that fails by chance')
    const faulty: KafkaDriver = {
      openProducer: async () => {
        const producer = await good.openProducer()
        return {
          close: () => producer.close(),
          send: async (records) => {
            const luck = random()
            if (luck < 0.2) throw new Error(`request lost ${faults++}`)
            await producer.send(records)
            if (luck < 0.4) throw new Error(`reply lost ${faults++}`)
            if (luck < 0.5) await pause(400)
          },
        }
      },
      openConsumer: (...args) => good.openConsumer(...args),
      offsets: (...args) => good.offsets(...args),
      moveGroup: (...args) => good.moveGroup(...args),
      close: () => good.close(),
    }
    const owner = house.service({ database: await house.database(), driver: faulty, times: { relay: { sendGuardMs: 200, aftermathMs: 100 } } })
    await owner.messaging.start()
    for (let round = 0; round < 30; round++) {
      await publish(owner, Array.from({ length: 20 }, (_, index) => ({ crate: `f${index}`, step: round })))
      await pause(20)
    }
    const facts = await eventually(async () => {
      const seen = new Set<string>()
      const found = (await house.read(crates)).filter(({ id }) => !seen.has(id) && seen.add(id))
      expect(found).toHaveLength(600)
      return found
    }, 30_000)
    await owner.stop()
    for (let crate = 0; crate < 20; crate++) expect(facts.filter(({ key }) => key === `f${crate}`).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    expect(faults).toBeGreaterThan(0)
  }, 60_000)
})

const withJava = (await OwnServers.refusal()) === undefined ? describe : describe.skip
withJava('a broker and a database of our own to break', () => {
  const servers = new OwnServers()
  const database = async (name: string) => makeDatabase(await servers.database(name))
  let house: House

  beforeAll(async () => {
    await servers.start()
    house = await House.open({ brokers: servers.brokers })
  }, 120_000)
  afterAll(async () => {
    await house.close()
    await servers.stop()
  }, 60_000)

  test('the broker is killed and comes back, twice, under load: intake goes on, every fact has one effect, in order', async () => {
    const owner = await house.owner({ database: await database('owner_a') })
    const consumer = await house.consumer({ database: await database('consumer_a') })
    await eventually(() => expect(consumer.messaging.health().consumer).toBe('running'), 15_000)
    let step = 0
    let running = true
    const load = (async () => {
      while (running) {
        step++
        await publish(owner, Array.from({ length: 10 }, (_, index) => ({ crate: `k${index}`, step })))
        await pause(20)
      }
    })()
    await eventually(async () => expect((await applied(consumer.pool)).length).toBeGreaterThan(50), 15_000)
    for (let kills = 0; kills < 2; kills++) {
      await servers.kill('kafka', 'SIGKILL')
      const atKill = step
      await pause(2_000)
      expect(step).toBeGreaterThan(atKill)
      expect(consumer.messaging.health().ready).toBe(true)
      await servers.startBroker()
      await eventually(async () => expect(Math.max(...(await stepsOf(consumer.pool, 'k0')))).toBeGreaterThan(atKill), 40_000)
    }
    running = false
    await load
    await eventually(async () => expect((await applied(consumer.pool)).length).toBe(step * 10), 40_000)
    for (let crate = 0; crate < 10; crate++) expect(await stepsOf(consumer.pool, `k${crate}`)).toEqual(Array.from({ length: step }, (_, index) => index + 1))
    expect(await consumer.messaging.operations.parkedKeys()).toHaveLength(0)
    expect([...owner.fatal, ...consumer.fatal]).toEqual([])
    await Promise.all([owner.stop(), consumer.stop()])
  }, 120_000)

  test('the database is restarted in the middle of a round: nothing is parked, nothing twice, nothing lost', async () => {
    let slow = true
    const consumer = await house.consumer({ database: await database('consumer_b'), effect: () => (slow ? pause(300) : undefined) })
    const owner = await house.owner({ database: await database('owner_b') })
    await publish(owner, Array.from({ length: 200 }, (_, index) => ({ crate: `d${index % 20}`, step: index })))
    await eventually(() => expect(consumer.calls.length).toBeGreaterThan(0), 20_000)
    await servers.kill('postgres', 'SIGQUIT')
    await pause(1_000)
    expect(consumer.messaging.health().ready).toBe(true)
    await servers.startPostgres()
    slow = false
    await eventually(() => publish(owner, Array.from({ length: 20 }, (_, index) => ({ crate: `d${index}`, step: 1_000 }))), 20_000)
    await eventually(async () => expect((await applied(consumer.pool)).filter(({ crate }) => crate.startsWith('d'))).toHaveLength(220), 30_000)
    for (let crate = 0; crate < 20; crate++) {
      const sequences = (await applied(consumer.pool, `d${crate}`)).map(({ sequence }) => Number(sequence))
      expect(sequences).toEqual(sequences.map((_, index) => index + 1))
    }
    expect(await consumer.messaging.operations.parkedKeys()).toHaveLength(0)
    expect(await rowsOf(consumer.pool, 'SELECT FROM messaging.quarantine')).toHaveLength(0)
    expect([...owner.fatal, ...consumer.fatal]).toEqual([])
    await Promise.all([owner.stop(), consumer.stop()])
  }, 120_000)

  test('the database is killed with kill -9, three times, under load: whatever was committed is there, and comes through once and in order', async () => {
    const owner = await house.owner({ database: await database('owner_d') })
    const consumer = await house.consumer({ database: await database('consumer_d') })
    await eventually(() => expect(consumer.messaging.health().consumer).toBe('running'), 15_000)
    const acked = new Set<string>()
    let [step, running] = [0, true]
    const load = (async () => {
      while (running) {
        step++
        // A writer that is told nothing does not know: it comes again with another step.
        await publish(owner, Array.from({ length: 10 }, (_, index) => ({ crate: `x${index}`, step }))).then(
          () => Array.from({ length: 10 }, (_, index) => acked.add(`x${index}/${step}`)),
          () => pause(100),
        )
        await pause(20)
      }
    })()
    const count = async () => (await applied(consumer.pool).catch(() => [])).length
    for (let kills = 0; kills < 3; kills++) {
      const before = await eventually(async () => {
        const done = await count()
        expect(done).toBeGreaterThan(0)
        return done
      }, 20_000)
      await eventually(async () => expect(await count()).toBeGreaterThan(before + 50), 20_000)
      await servers.kill('postgres', 'SIGKILL')
      await servers.startPostgres()
    }
    running = false
    await load
    const inJournal = await eventually(() => rowsOf<{ crate: string; step: string }>(owner.pool, `SELECT key AS crate, convert_from(payload, 'UTF8')::json ->> 'step' AS step FROM messaging.journal ORDER BY seq`), 10_000)
    const written = new Set(inJournal.map(({ crate, step: number }) => `${crate}/${number}`))
    expect([...acked].filter((one) => !written.has(one))).toEqual([])
    await eventually(async () => expect(await count()).toBe(inJournal.length), 30_000)
    for (let crate = 0; crate < 10; crate++) {
      const sequences = (await applied(consumer.pool, `x${crate}`)).map(({ sequence }) => Number(sequence))
      expect(sequences).toEqual(sequences.map((_, index) => index + 1))
    }
    expect(await consumer.messaging.operations.parkedKeys()).toHaveLength(0)
    expect([...owner.fatal, ...consumer.fatal]).toEqual([])
    await Promise.all([owner.stop(), consumer.stop()])
  }, 120_000)

  test('a service starts while the broker is away, takes in work, and joins when the broker comes', async () => {
    await servers.kill('kafka', 'SIGKILL')
    const owner = await house.owner({ database: await database('owner_c') })
    const consumer = await house.consumer({ database: await database('consumer_c') })
    await publish(owner, [{ crate: 'early', step: 1 }])
    expect(consumer.messaging.health()).toMatchObject({ ready: true, consumer: 'starting' })
    await servers.startBroker()
    await eventually(async () => expect(await stepsOf(consumer.pool, 'early')).toEqual([1]), 40_000)
    await Promise.all([owner.stop(), consumer.stop()])
  }, 90_000)
})
