import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { namespace, type StartedService } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { connect, createServer, type AddressInfo } from 'node:net'
import pg from 'pg'
import type { TimerCause } from '@waybill/kernel'
import { UnitOfWork, type Outcome } from '../src/index.js'
import { aMessage, aRequest } from './causes.js'
import { add, sample } from './sample.service.js'

let db: pg.Pool
// before the namespace, which drops the database this is connected to
afterAll(() => db.end())
const ns = await namespace()
let service: StartedService
let uow: UnitOfWork

beforeAll(async () => {
  service = await ns.start(sample)
  uow = service.get(UnitOfWork)
  db = new pg.Pool({ connectionString: service.database, max: 2 })
})

const valueOf = async (name: string): Promise<number | undefined> => {
  const { rows } = await db.query<{ value: number }>('select value from counters where name = $1', [name])
  return rows[0]?.value
}
const journalled = async (subject: string): Promise<readonly string[]> => {
  const { rows } = await db.query<{ type: string }>(`select type from messaging.journal where convert_from(payload, 'UTF8')::json ->> 'subject' = $1 order by seq`, [subject])
  return rows.map(({ type }) => type)
}
const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work
  } catch (error) {
    return (error as { code?: unknown }).code ?? error
  }
}

describe('a change', () => {
  test('caused twice by one request is done once and answered alike', async () => {
    const name = randomUUID()
    const cause = aRequest()
    const once = () => uow.change([{ cause }], async (tx) => [{ value: await add(tx, name, 3) }])
    expect([await once(), await once()]).toEqual([[{ result: { value: 3 }, replayed: false }], [{ result: { value: 3 }, replayed: true }]])
    expect(await valueOf(name)).toBe(3)
  })

  test('under a used key with another body is refused, and the other way round nothing changes', async () => {
    const name = randomUUID()
    const cause = aRequest()
    await uow.change([{ cause }], (tx) => add(tx, name, 1).then(() => undefined))
    const other = { ...cause, bodyHash: 'c'.repeat(64) }
    expect(await codeOf(uow.change([{ cause: other }], (tx) => add(tx, name, 1).then(() => undefined)))).toBe('idempotency-key-reused')
    expect(await valueOf(name)).toBe(1)
  })

  test('of the same request at the same time is refused as in progress, and both together do it once', async () => {
    const name = randomUUID()
    const cause = aRequest()
    const codes = await Promise.all(
      Array.from({ length: 5 }, () =>
        codeOf(
          uow.change([{ cause }], async (tx) => {
            await tx.query('test.sleep', 'select pg_sleep(0.3)')
            return [await add(tx, name, 1)]
          }),
        ),
      ),
    )
    expect(codes.filter((code) => code === 'request-in-progress')).toHaveLength(4)
    expect(await valueOf(name)).toBe(1)
  })

  test('that fails leaves nothing, and the same key can do it afterwards', async () => {
    const name = randomUUID()
    const cause = aRequest()
    const failing = uow.change([{ cause }], async (tx) => {
      await add(tx, name, 5)
      tx.openTask({ kind: 'sample', subject: name, why: 'test', owner: 'operator', dueAt: new Date(), cause })
      tx.schedule({ kind: 'unheard', subject: name, dueAt: new Date() })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    const { rows } = await db.query('select from kit.timers where subject = $1 union all select from kit.tasks where subject = $1', [name])
    expect([await valueOf(name), rows.length, await journalled(name)]).toEqual([undefined, 0, []])
    expect(await uow.change([{ cause }], async (tx) => [await add(tx, name, 5)])).toEqual([{ result: 5, replayed: false }])
  })

  test('whose commit was done but whose reply was lost is found done when it is repeated', async () => {
    const proxy = await losingCommitReplies(service.database)
    const through = await ns.start(sample, { database: service.database, env: { DATABASE_URL: proxy.url } })
    const [name, cause] = [randomUUID(), aRequest()]
    let attempts = 0
    proxy.arm()
    const [outcome] = await through.get(UnitOfWork).change([{ cause }], async (tx) => {
      attempts++
      return [await add(tx, name, 2)]
    })
    expect([attempts, outcome, await valueOf(name)]).toEqual([1, { result: 2, replayed: true }, 2])
    await through.stop()
    proxy.close()
  })

  test('whose connection is lost before the commit is done again, once', async () => {
    const name = randomUUID()
    const cause = aRequest()
    let attempts = 0
    const [outcome] = await uow.change([{ cause }], async (tx) => {
      const value = await add(tx, name, 2)
      const [me] = await tx.query<{ pid: number }>('test.pid', 'select pg_backend_pid() as pid')
      if (++attempts === 1) await terminate(me?.pid ?? 0)
      return [value]
    })
    expect([attempts, outcome?.result, await valueOf(name)]).toEqual([2, 2, 2])
  })

  test('in a batch does each input once, with its own outcome', async () => {
    const name = randomUUID()
    const [first, second] = [aRequest(), aRequest()]
    await uow.change([{ cause: first, by: 1 }], async (tx, [input]) => [await add(tx, name, input?.by ?? 0)])
    const batch = [
      { cause: first, by: 100 },
      { cause: second, by: 10 },
      { cause: { ...first, bodyHash: 'x' }, by: 1_000 },
      { cause: second, by: 10_000 },
    ]
    const outcomes: readonly Outcome<number>[] = await uow.change(batch, async (tx, fresh) => {
      const results: number[] = []
      for (const { by } of fresh) results.push(await add(tx, name, by))
      return results
    })
    expect(outcomes.map(({ result, replayed, problem }) => [result, replayed, problem?.code])).toEqual([
      [1, true, undefined],
      [11, false, undefined],
      [undefined, false, 'idempotency-key-reused'],
      [11, true, undefined],
    ])
    expect(await valueOf(name)).toBe(11)
  })

  test('caused by a message twice is done once, in one batch and in two', async () => {
    const name = randomUUID()
    const cause = aMessage()
    const work = () => uow.change([{ cause }, { cause }], async (tx, fresh) => void (await add(tx, name, fresh.length)))
    await work()
    await work()
    expect(await valueOf(name)).toBe(1)
  })

  test('of a message that fails surfaces and is not tried again here', async () => {
    let attempts = 0
    const failing = uow.change([{ cause: aMessage() }], () => {
      attempts++
      return Promise.reject(Object.assign(new Error('serialization'), { code: '40001' }))
    })
    await expect(failing).rejects.toThrow('serialization')
    expect(attempts).toBe(1)
  })

  test('of a request is tried again after collisions, at most 5 times, then the caller is told to come back', async () => {
    const name = randomUUID()
    let attempts = 0
    const collide = (times: number) =>
      uow.change([{ cause: aRequest() }], async (tx) => {
        if (attempts++ < times) await tx.query(`test.raise`, `do $$ begin raise exception 'again' using errcode = '40P01'; end $$`)
        return [await add(tx, name, 1)]
      })
    expect(await collide(5)).toEqual([{ result: 1, replayed: false }])
    attempts = 0
    expect(await codeOf(collide(100))).toBe('database-unavailable')
    expect([attempts, await valueOf(name)]).toEqual([6, 1])
  })

  test('of a timer is tried again at once after a collision: what it called outside is not called anew', async () => {
    const name = randomUUID()
    await uow.change([{ cause: aRequest() }], (tx) => Promise.resolve(tx.schedule({ kind: 'sample', subject: name, dueAt: new Date(Date.now() + 3_600_000) })))
    const { rows: [timer] } = await db.query<{ token: string }>(`select token from kit.timers where kind = 'sample' and subject = $1`, [name])
    const cause: TimerCause = { kind: 'timer', timer: 'sample', subject: name, token: timer?.token ?? '', correlationId: null, actor: 'system:test', traceparent: null }
    let attempts = 0
    await uow.change([{ cause }], async (tx) => {
      if (attempts++ < 2) await tx.query(`test.raise`, `do $$ begin raise exception 'again' using errcode = '40P01'; end $$`)
      await add(tx, name, 1)
    })
    expect([attempts, await valueOf(name)]).toEqual([3, 1])
  })

  test('publishes in call order, a task once while it is open, and its end once', async () => {
    const subject = randomUUID()
    const open = (cause = aRequest()) =>
      uow.change([{ cause }], (tx) => {
        tx.openTask({ kind: 'sample', subject, why: 'somebody has to look', owner: 'operator', dueAt: new Date(), cause })
        return Promise.resolve()
      })
    const close = (cause = aRequest()) => uow.change([{ cause }], (tx) => Promise.resolve(tx.closeTask('sample', subject, 'looked', cause)))
    await open()
    await open()
    await close()
    await close()
    await open()
    expect(await journalled(subject)).toEqual(['oms.task.task-opened.v1', 'oms.task.task-closed.v1', 'oms.task.task-opened.v1'])
  })

  test('ends its transaction with its work: what was not awaited fails', async () => {
    let late: (() => void) | undefined
    await uow.change([{ cause: aRequest() }], (tx) => {
      late = () => tx.cancelTimer('sample', 'x')
      return Promise.resolve()
    })
    expect(() => late?.()).toThrow('not awaited')
  })

  test('that answers fewer results than inputs is a defect and changes nothing', async () => {
    const name = randomUUID()
    const inputs = [{ cause: aRequest() }, { cause: aRequest() }]
    await expect(uow.change(inputs, async (tx) => [await add(tx, name, 1)])).rejects.toThrow('1 results for 2 inputs')
    expect(await valueOf(name)).toBeUndefined()
  })

  test('of two at once on the same rows loses none', async () => {
    const name = randomUUID()
    await Promise.all(Array.from({ length: 20 }, () => uow.change([{ cause: aRequest() }], async (tx) => void (await add(tx, name, 1)))))
    expect(await valueOf(name)).toBe(20)
  })
})

/** Ends a connection of the service as an administrator would. */
async function terminate(pid: number): Promise<void> {
  const admin = new pg.Client({ connectionString: process.env['WAYBILL_POSTGRES_URL'] })
  await admin.connect()
  await admin.query('select pg_terminate_backend($1)', [pid])
  await admin.end()
}

/** A way to the database that, once armed, passes the next commit on and cuts the connection instead of its reply. */
async function losingCommitReplies(database: string) {
  const { hostname, port } = new URL(database)
  let isArmed = false
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    let isCut = false
    client.on('data', (bytes) => {
      upstream.write(bytes)
      if (!isArmed || !bytes.includes('commit')) return
      isArmed = false
      isCut = true
    })
    upstream.on('data', (bytes) => {
      if (isCut) client.destroy()
      else client.write(bytes)
    })
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) one.on('close', () => other.destroy()).on('error', () => other.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(database)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    arm: () => {
      isArmed = true
    },
    close: () => server.close(),
  }
}
