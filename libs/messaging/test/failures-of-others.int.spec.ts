import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'
import { eventually } from '@waybill/testing'
import { applied, crates, GROUP, House, publish, registry, rowsOf, stepsOf, type TestService } from './harness.js'

let house: House
beforeAll(async () => {
  house = await House.open()
}, 60_000)
afterAll(() => house.close(), 60_000)

/** Ends all that a service has going with its database, in the middle of whatever it does. */
async function cutOff({ pool }: TestService): Promise<void> {
  const administrator = new pg.Client({ connectionString: await house.ns.emptyDatabase() })
  await administrator.connect()
  const database = new URL(pool.options.connectionString ?? '').pathname.slice(1)
  await administrator.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [database])
  await administrator.end()
}

test('Particular/NServiceBus#6910: of four groups that hear the same facts each gets all of them in order, though one stops, one is cut off, and one comes last', async () => {
  const groups = ['a.test', 'b.test', 'c.test', 'd.test']
  const four = { ...registry, consumers: { ...registry.consumers, ...Object.fromEntries(groups.map((group) => [group, registry.consumers[GROUP]])) } }
  const databases = await Promise.all(groups.map(() => house.database()))
  const start = (place: number) => house.consumer({ database: databases[place] ?? '', group: groups[place] ?? '', registry: four as typeof registry })
  const [steady, stopped, cut] = await Promise.all([start(0), start(1), start(2)])
  const facts = Array.from({ length: 40 }, (_, crate) => ({ crate: `fan-${crate}` }))
  for (let round = 0; round < 6; round++) {
    await house.sendAll(facts)
    if (round === 2) await stopped.stop()
    if (round > 1) await cutOff(cut)
  }
  const all = [steady, await start(1), cut, await start(3)]
  for (const { pool } of all) await eventually(async () => expect(await applied(pool)).toHaveLength(240), 30_000)
  for (const { pool } of all) expect(await stepsOf(pool, 'fan-7')).toEqual([1, 2, 3, 4, 5, 6])
  await Promise.all(all.map((service) => service.stop()))
}, 90_000)

test('debezium/debezium#7531, #3970, #3620, MassTransit/MassTransit#6145, #3791, #3512: a relay started anew after every row, and rows written while it starts, lose nothing and keep their order', async () => {
  const database = await house.database()
  const writer = house.service({ database })
  const rows = 12
  for (let row = 0; row < rows; row++) {
    const relay = house.service({ database })
    await Promise.all([publish(writer, [{ crate: 'dbz', step: 2 * row }]), relay.messaging.start()])
    const last = publish(writer, [{ crate: 'dbz', step: 2 * row + 1 }])
    await Promise.all([relay.stop(), last])
  }
  const relay = house.service({ database })
  await relay.messaging.start()
  const steps = await eventually(async () => {
    const found = (await house.read(crates)).filter(({ key }) => key === 'dbz').map(({ payload }) => payload['step'])
    expect(new Set(found).size).toBe(2 * rows)
    return found
  }, 20_000)
  // again is fine, out of order is not
  expect(steps.filter((step, place) => steps.indexOf(step) === place)).toEqual(Array.from({ length: 2 * rows }, (_, step) => step))
  expect(await rowsOf(writer.pool, 'SELECT sequence::int AS sequence FROM messaging.subjects WHERE subject = $1', ['dbz'])).toEqual([{ sequence: 2 * rows }])
  await relay.stop()
}, 60_000)
