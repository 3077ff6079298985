import 'reflect-metadata'
import { Controller, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually } from '@waybill/testing'
import { On, type Received } from '../src/index.js'
import { applied, change, crates, CratePacked, CrateSealed, DoorKnocked, GROUP, House, LabelPrinted, type CrateFact, type TestService } from './harness.js'

let house: House
let service: TestService
beforeAll(async () => {
  house = await House.open()
  service = house.service({ service: 'inventory', group: GROUP, database: await house.database() })
})
afterAll(() => house.close())

@Controller()
class Rest {
  @On(LabelPrinted)
  async printed(batch: readonly Received<{ label: string; text: string }>[]): Promise<void> {
    expect(batch.length).toBeGreaterThan(0)
  }

  @On(DoorKnocked)
  async knocked(batch: readonly Received<{ door: string; name: string }>[]): Promise<void> {
    expect(batch.length).toBeGreaterThan(0)
  }
}

@Controller()
class Crates {
  @On(CratePacked)
  async packed(batch: readonly Received<CrateFact>[]): Promise<void> {
    await change(service.messaging, service.pool, batch.map(({ cause }) => cause), async (client, admitted) => {
      for (const [index, { cause, payload }] of batch.entries()) {
        if (admitted[index] !== 'fresh') continue
        if (payload.note === 'constraint') await client.query({ text: `INSERT INTO applied (event_id) VALUES (NULL)` })
        await client.query({ text: 'INSERT INTO applied (event_id, crate, step) VALUES ($1, $2, $3)', values: [cause.eventId, cause.subject, payload.step] })
      }
    })
  }
}

@Controller()
class Seals {
  @On(CrateSealed)
  async sealed(batch: readonly Received<CrateFact>[]): Promise<void> {
    // Leaves them all out: they count as handled.
    expect(batch.length).toBeGreaterThan(0)
  }
}

async function boot(controllers: readonly (new () => object)[]) {
  class Root {}
  Module({ controllers: [...controllers] })(Root)
  return NestFactory.createMicroservice(Root, { strategy: service.messaging.transport, logger: false, abortOnError: false })
}

test('a controller handles batches, its errors arrive as they are, what it leaves out counts as handled', async () => {
  const app = await boot([Crates, Seals, Rest])
  await service.messaging.start()
  await app.listen()
  await house.sendAll([{ crate: 'n1' }, { crate: 'n2', note: 'constraint' }, { crate: 'n3' }, { crate: 'n1', event: CrateSealed }, { crate: 'n1' }])
  await eventually(async () => expect((await applied(service.pool)).map(({ crate }) => crate).sort()).toEqual(['n1', 'n1', 'n3']), 15_000)
  await eventually(async () => expect(await service.messaging.operations.parkedKeys()).toMatchObject([{ key: 'n2', code: '23502' }]))
  const { rows } = await service.pool.query<{ n: string }>('SELECT count(*) AS n FROM messaging.inbox')
  expect(rows[0]?.n).toBe('4')
  expect(crates.name).toBe('test.crate.v1')
  await app.close()
  expect(service.messaging.health().consumer).toBe('stopped')
}, 40_000)

test('two handlers of one event, and handlers other than the registry says, are refused at boot', async () => {
  const other = house.service({ service: 'inventory', group: GROUP, database: await house.database() })
  const handler = async () => undefined
  other.messaging.transport.addHandler(CratePacked.type, handler, true)
  expect(() => other.messaging.transport.addHandler(CratePacked.type, handler, true)).toThrow('two handlers')
  expect(() => other.messaging.transport.addHandler('x', handler, false)).toThrow('only facts')
  const refusal = await new Promise<Error>((resolve) => other.messaging.transport.listen((error) => resolve(error as Error)))
  expect(refusal.message).toContain('without handler oms.test.crate.crate-sealed.v1')
})
