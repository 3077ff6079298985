import { describe, expect, test } from '@jest/globals'
import { Controller, Get, Injectable, Module } from '@nestjs/common'
import { OrderPlaced, topics } from '@waybill/contracts'
import { Public, Roles, UnitOfWork, Who, config, defineService, type Principal } from '@waybill/service-kit'
import pg from 'pg'
import { exampleOf, namespace, request } from '../src/index.js'

class Notes0001 {
  async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
    await runner.query('CREATE TABLE notes (text text NOT NULL)')
  }
  down(): Promise<void> {
    return Promise.reject(new Error('forward only'))
  }
}

@Injectable()
@Controller('v1/notes')
class NotesController {
  constructor(private readonly uow: UnitOfWork) {}

  @Get()
  @Public()
  all(): Promise<object[]> {
    return this.uow.query('notes.all', 'SELECT text FROM notes')
  }

  @Get('who')
  @Roles('picker')
  who(@Who() principal: Principal): Principal {
    return principal
  }
}

@Module({ controllers: [NotesController] })
class NotesModule {}

const notes = defineService({ name: 'testing-notes', config: config({}), module: () => NotesModule, migrations: [Notes0001] })
const ns = await namespace()

describe('a namespace', () => {
  test('a fact is published as its owner would, with the next sequence of its subject, and found', async () => {
    const payload = exampleOf(OrderPlaced)
    const first = await ns.publish(OrderPlaced, { key: payload.order, subject: payload.order, payload })
    await ns.publish(OrderPlaced, { key: payload.order, subject: payload.order, payload, correlationId: payload.order })
    const found = await ns.published(OrderPlaced, (fact) => fact.sequence === 2)
    expect(found).toMatchObject({ subject: payload.order, key: payload.order, source: 'order', correlationId: payload.order, payload })
    expect((await ns.allPublished(OrderPlaced)).map(({ eventId, sequence }) => [eventId, sequence])).toEqual([
      [first, 1],
      [found.eventId, 2],
    ])
  })

  test('what never comes is told with what came instead', async () => {
    await expect(ns.published(OrderPlaced, () => false, 100)).rejects.toThrow(/No oms\.order\.order-placed\.v1 fits\. Seen 2/)
  })

  test('a record may be sent as it is', async () => {
    await ns.send(topics.order, { key: null, value: 'no JSON' })
    expect(await ns.allPublished(OrderPlaced)).toHaveLength(2)
  })

  test('a service runs on a database of its own, with the rights of a service', async () => {
    const app = await ns.start(notes)
    expect(await request(app.url).get('/v1/notes')).toMatchObject({ status: 200, body: [] })
    expect(await request(app.url).get('/v1/notes/who', { role: 'picker', name: 'Pia' })).toMatchObject({ status: 200, body: { role: 'picker', name: 'Pia' } })
    expect(await request(app.url).get('/v1/notes/who', { role: 'packer' })).toMatchObject({ status: 403 })
    const client = new pg.Client(app.database)
    await client.connect()
    await expect(client.query('DROP TABLE notes')).rejects.toThrow(/owner/)
    await client.end()
    await app.stop()
    const again = await ns.start(notes, { database: app.database })
    expect(again.log.join('\n')).toContain('service started')
  })
})

describe('after the file', () => {
  test('nothing of a dropped namespace is left', async () => {
    const other = await namespace({ dropAfterFile: false })
    await other.emptyDatabase()
    await other.topics()
    await other.drop()
    const client = new pg.Client(process.env.WAYBILL_POSTGRES_URL)
    await client.connect()
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE datname LIKE $1', [`${other.prefix}%`])
    await client.end()
    expect(rows).toEqual([])
  })
})
