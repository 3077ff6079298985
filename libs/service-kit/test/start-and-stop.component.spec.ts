import { Controller, Get, Module } from '@nestjs/common'
import { describe, expect, test } from '@jest/globals'
import { eventually, namespace, request } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { ConfigError, createService, defineService, openapiOf, Public, UnitOfWork } from '../src/index.js'
import { aRequest } from './causes.js'
import { sample, SampleGate, SampleTimers } from './sample.service.js'

const ns = await namespace()

describe('a service', () => {
  test('does not start on a bad environment, and says all that is bad', async () => {
    const env = { DATABASE_URL: 'mysql://x', PORT: '99999', LINK_KEY: 'short', AUTH_DEVELOPMENT_KEY: 'long enough for a key' }
    const error: unknown = await createService(sample, env, { onFatal: () => undefined }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).problems.map(({ name }) => name)).toEqual(['DATABASE_URL', 'KAFKA_BROKERS', 'PORT', 'LINK_KEY'])
  })

  test('does not start with a route that nobody guarded', async () => {
    @Controller('v1')
    class Careless {
      @Get('open')
      @Public()
      open(): object {
        return {}
      }

      @Get('forgotten')
      forgotten(): object {
        return {}
      }
    }
    @Module({ controllers: [Careless] })
    class CarelessModule {}
    const careless = defineService({ name: 'kit-careless', config: () => ({}), module: () => CarelessModule, migrations: [] })
    await expect(ns.start(careless)).rejects.toThrow('Careless.forgotten')
  })

  test('is documented without connecting to anything', async () => {
    expect(await openapiOf(sample)).toMatchObject({ info: { title: 'Waybill kit-sample' }, paths: { '/v1/counters/{name}/add': expect.anything(), '/v1/tasks': expect.anything() } })
  })

  test('that stops turns readiness off, finishes what is in flight, sends its journal, and then is gone', async () => {
    const service = await ns.start(sample)
    const gate = service.get(SampleGate)
    let open = (): void => undefined
    gate.pass = new Promise<void>((resolve) => {
      open = resolve
    })
    const name = randomUUID()
    const inFlight = request(service.url).post(`/v1/counters/${name}/add`, { steps: [{ by: 1 }] }, { role: 'agent' })
    await eventually(() => expect(gate.entered).toBe(1))
    const stopped = service.stop()
    const again = service.stop()
    await eventually(async () => {
      const answer = await fetch(`${service.url}/health/ready`).catch(() => undefined)
      expect(answer?.status ?? 503).toBe(503)
    })
    open()
    expect((await inFlight).body).toEqual({ name, value: 1 })
    await Promise.all([stopped, again])
    await expect(fetch(`${service.url}/health/live`)).rejects.toThrow()
  })

  test('that stops waits for a timer at work', async () => {
    const service = await ns.start(sample)
    const uow = service.get(UnitOfWork)
    const timers = service.get(SampleTimers)
    let [began, ended] = [false, false]
    timers.handle = async (due) => {
      began = true
      await new Promise((resolve) => setTimeout(resolve, 500))
      await uow.change(due, () => Promise.resolve())
      ended = true
    }
    await uow.change([{ cause: aRequest() }], (tx) => Promise.resolve(tx.schedule({ kind: 'sample', subject: 'x', dueAt: new Date() })))
    await eventually(() => expect(began).toBe(true))
    await service.stop()
    expect(ended).toBe(true)
  })

  test('whose database is away answers 503 and is not ready, alive all the while', async () => {
    const { url, stop } = await ns.start(sample, { env: { DATABASE_URL: 'postgres://nobody:none@127.0.0.1:1/none' } })
    expect((await request(url).get('/health/live')).status).toBe(200)
    expect((await request(url).get('/health/ready')).status).toBe(503)
    const answer = await request(url).post('/v1/counters/x/add', { steps: [{ by: 1 }] }, { role: 'agent' })
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'database-unavailable', '1'])
    await stop()
  })

  test('whose connections are all taken answers 503 within 3 s and stays alive', async () => {
    const service = await ns.start(sample, { env: { DATABASE_POOL_MAX: '3' } })
    const gate = service.get(SampleGate)
    let open = (): void => undefined
    gate.pass = new Promise<void>((resolve) => {
      open = resolve
    })
    const add = (name: string) => request(service.url).post(`/v1/counters/${name}/add`, { steps: [{ by: 1 }] }, { role: 'agent' })
    const holders = ['a', 'b', 'c'].map(add)
    await eventually(() => expect(gate.entered).toBeGreaterThanOrEqual(2))
    const began = Date.now()
    const answer = await add('d')
    expect([answer.status, answer.body.code, Date.now() - began < 3_000]).toEqual([503, 'overloaded', true])
    expect((await request(service.url).get('/health/live')).status).toBe(200)
    open()
    await Promise.all(holders)
    await service.stop()
  })
})
