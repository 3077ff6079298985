import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { eventually, namespace, type StartedService } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { UnitOfWork, type Due, type Tx } from '../src/index.js'
import { openLogger, PinoLog } from '../src/logging.js'
import { TimerRunner } from '../src/timer-runner.js'
import { aRequest } from './causes.js'
import { add, sample, SampleTimers } from './sample.service.js'

let db: pg.Pool
// before the namespace, which drops the database this is connected to
afterAll(() => db.end())
const ns = await namespace()
let service: StartedService
let uow: UnitOfWork
let timers: SampleTimers

beforeAll(async () => {
  service = await ns.start(sample)
  uow = service.get(UnitOfWork)
  timers = service.get(SampleTimers)
  db = new pg.Pool({ connectionString: service.database })
})
afterEach(() => {
  timers.handle = () => Promise.resolve()
})

const schedule = (kind: string, subjects: readonly string[], dueAt = new Date(), payload = {}) =>
  uow.change([{ cause: aRequest() }], (tx) => {
    for (const subject of subjects) tx.schedule({ kind, subject, dueAt, payload })
    return Promise.resolve()
  })

const consume = (due: readonly Due[], name: string) =>
  uow.change(due, async (tx, fresh) => {
    if (fresh.length > 0) await add(tx, name, fresh.length)
  })

const rowsOf = async (subject: string) => (await db.query<{ attempt: number; last_error: string | null; waits: boolean }>(
  'select attempt, last_error, next_at > clock_timestamp() as waits from kit.timers where subject = $1', [subject])).rows
const valueOf = async (name: string) => (await db.query<{ value: number }>('select value from counters where name = $1', [name])).rows[0]?.value

describe('a timer', () => {
  test('set for now is handed over at once after commit, with what it was given, and consumed', async () => {
    const name = randomUUID()
    const seen: Due[] = []
    timers.handle = async (due) => {
      seen.push(...due)
      await consume(due, name)
    }
    const began = Date.now()
    await schedule('sample', [name], new Date(), { call: 7 })
    await eventually(async () => expect(await valueOf(name)).toBe(1))
    expect(Date.now() - began).toBeLessThan(900)
    expect(seen).toMatchObject([{ subject: name, payload: { call: 7 }, attempt: 1 }])
    expect(await rowsOf(name)).toEqual([])
  })

  test('that its work consumed is not given back: that would be a statement for nothing', async () => {
    const asked = jest.spyOn(pg.Pool.prototype, 'query')
    const name = randomUUID()
    timers.handle = async (due) => {
      await consume(due, name)
    }
    await schedule('sample', [name])
    await eventually(async () => expect(await valueOf(name)).toBe(1))
    await wait(100)
    const names = asked.mock.calls.map(([query]) => (query as { readonly name?: string }).name)
    asked.mockRestore()
    expect(names).toContain('kit.timers.claim')
    expect(names).not.toContain('kit.timers.release')
  })

  test('set for later waits, moved is moved, cancelled never comes', async () => {
    const [later, moved, gone] = [randomUUID(), randomUUID(), randomUUID()]
    const seen: string[] = []
    timers.handle = async (due) => {
      seen.push(...due.map(({ subject }) => subject))
      await consume(due, later)
    }
    await schedule('sample', [later, gone], new Date(Date.now() + 400))
    await schedule('sample', [moved], new Date(Date.now() + 60_000))
    expect(seen).toEqual([])
    await uow.change([{ cause: aRequest() }], (tx) => Promise.resolve(tx.cancelTimer('sample', gone)))
    await schedule('sample', [moved], new Date(Date.now() + 400))
    await eventually(() => expect([...seen].sort()).toEqual([later, moved].sort()))
  })

  test('whose handler throws comes back with its attempt counted, and the others of its batch are not held up', async () => {
    const [bad, good] = [randomUUID(), randomUUID()]
    const attempts: number[] = []
    timers.handle = async (due) => {
      for (const { subject, attempt } of due) if (subject === bad) attempts.push(attempt)
      if (due.some(({ subject, attempt }) => subject === bad && attempt < 3)) throw new Error('the outside world is away')
      await consume(due, due[0]?.subject ?? '')
    }
    await schedule('sample', [bad, good])
    await eventually(async () => expect(await valueOf(good)).toBe(1), 10_000)
    await eventually(async () => expect(await valueOf(bad)).toBe(1), 15_000)
    expect(attempts).toEqual([1, 2, 3])
  })

  test('that its handler does not consume comes back, too', async () => {
    const name = randomUUID()
    let calls = 0
    timers.handle = async (due) => {
      if (++calls === 2) await consume(due, name)
    }
    await schedule('sample', [name])
    await eventually(async () => expect(await valueOf(name)).toBe(1), 10_000)
  })

  test('set anew while its handler works is not consumed by it: the new one comes', async () => {
    const name = randomUUID()
    const fresh: boolean[] = []
    timers.handle = async (due) => {
      if (due[0]?.payload['round'] === 1) await schedule('sample', [name], new Date(), { round: 2 })
      const [outcome] = await uow.change(due, async (tx) => [await add(tx, name, 1)])
      fresh.push(outcome?.replayed === false)
    }
    await schedule('sample', [name], new Date(), { round: 1 })
    // the new one may be done before the old one has found out
    await eventually(() => expect([...fresh].sort()).toEqual([false, true]), 10_000)
    expect(await valueOf(name)).toBe(1)
  })

  test('is handed to one of two runners, all of a thousand once', async () => {
    const name = randomUUID()
    const subjects = Array.from({ length: 1_000 }, (_, index) => `${name}-${index}`)
    const log = new PinoLog(openLogger('test', 'silent'))
    const handled: string[] = []
    const runner = () =>
      new TimerRunner(db, [{ kind: 'shared', batch: 50, concurrency: 2, handle: async (due) => {
        handled.push(...due.map(({ subject }) => subject))
        await consume(due, name)
      } }], log)
    await schedule('shared', subjects)
    const [one, other] = [runner(), runner()]
    one.start()
    other.start()
    await eventually(async () => expect(await valueOf(name)).toBe(1_000), 15_000)
    await Promise.all([one.stop(1_000), other.stop(1_000)])
    expect(new Set(handled).size).toBe(handled.length)
  })

  test('left by a runner that died comes due again when its lease ends', async () => {
    const name = randomUUID()
    await schedule('orphan', [name])
    await db.query(`update kit.timers set attempt = 1, next_at = clock_timestamp() + interval '0.5 s' where subject = $1`, [name])
    const runner = new TimerRunner(db, [{ kind: 'orphan', batch: 10, concurrency: 1, handle: (due) => consume(due, name).then(() => undefined) }], new PinoLog(openLogger('test', 'silent')))
    runner.start()
    await eventually(async () => expect(await valueOf(name)).toBe(1))
    await runner.stop(1_000)
  })

  test('in a hand that is stopped is given back at once', async () => {
    const name = randomUUID()
    await schedule('slow', [name])
    const runner = new TimerRunner(db, [{ kind: 'slow', batch: 10, concurrency: 1, handle: () => new Promise(() => undefined) }], new PinoLog(openLogger('test', 'silent')))
    runner.start()
    await eventually(async () => expect(await rowsOf(name)).toMatchObject([{ attempt: 1, waits: true }]))
    await runner.stop(100)
    expect(await rowsOf(name)).toMatchObject([{ waits: false }])
  })

  test('and a change that cancels it while its work is done do not block each other; the work is not done twice', async () => {
    const name = randomUUID()
    await uow.change([{ cause: aRequest() }], (tx) => add(tx, name, 1).then(() => undefined))
    await schedule('blocking', [name])
    const lock = (tx: Tx) => tx.query('sample.lock', 'select from counters where name = $1 for update', [name])
    const works = Promise.withResolvers<void>()
    const cancels = Promise.withResolvers<void>()
    const tried: number[] = []
    const runner = new TimerRunner(db, [{ kind: 'blocking', batch: 10, concurrency: 1, handle: async (due) => {
      await uow.change(due, async (tx, fresh) => {
        tried.push(fresh.length)
        works.resolve()
        // the other has the row by now, and wants the timer
        await cancels.promise
        await lock(tx)
        await add(tx, name, 100)
      })
    } }], new PinoLog(openLogger('test', 'silent')))
    runner.start()
    await works.promise
    const began = Date.now()
    await uow.change([{ cause: aRequest() }], async (tx) => {
      await lock(tx)
      cancels.resolve()
      await wait(300)
      tx.cancelTimer('blocking', name)
    })
    await eventually(async () => expect(await rowsOf(name)).toEqual([]))
    await runner.stop(2_000)
    expect(Date.now() - began).toBeLessThan(900)
    expect(tried).toEqual([1])
    expect(await valueOf(name)).toBe(1)
  })

  test('that failed before waits for its turn: so many at once as the kind allows', async () => {
    const name = randomUUID()
    await schedule('limited', Array.from({ length: 40 }, (_, index) => `${name}-${index}`))
    await db.query(`update kit.timers set attempt = 1 where kind = 'limited'`)
    let atWork = 0
    let most = 0
    const runner = new TimerRunner(db, [{ kind: 'limited', batch: 20, concurrency: 2, handle: async (due) => {
      most = Math.max(most, ++atWork)
      await consume(due, name)
      await wait(5)
      atWork -= 1
    } }], new PinoLog(openLogger('test', 'silent')))
    runner.start()
    await eventually(async () => expect(await valueOf(name)).toBe(40), 10_000)
    await runner.stop(1_000)
    expect(most).toBe(2)
  })
})
