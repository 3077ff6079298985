import { expect, test } from '@jest/globals'
import { TaskOpened } from '@waybill/contracts'
import { namespace, request } from '@waybill/testing'
import { Metrics, Sweeper, UnitOfWork } from '../src/index.js'
import { aRequest } from './causes.js'
import { add, sample } from './sample.service.js'

const ns = await namespace()

/** Counters that wait for somebody to count on. */
const waiting = {
  ...sample,
  waits: [
    {
      what: 'counter',
      states: { WAITING: { waitsFor: 'a count', within: 'a day', then: 'it is counted', by: ['count-on'] }, FULL: null },
      resting: `SELECT name AS subject, CASE WHEN value < 10 THEN 'WAITING' ELSE 'FULL' END AS status, NULL::uuid AS order_id, now() - interval '1 hour' AS since FROM counters`,
    },
  ],
}

test('what waits without a timer of its state and without a task is told, counted, and given to a person; nothing else is', async () => {
  const service = await ns.start(waiting)
  const uow = service.get(UnitOfWork)
  const dueAt = new Date(Date.now() + 86_400_000)
  const cause = aRequest()
  await uow.change([{ cause }], async (tx) => {
    for (const name of ['planted', 'timed', 'asked', 'other-timer']) await add(tx, name, 1)
    await add(tx, 'full', 10)
    tx.schedule({ kind: 'count-on', subject: 'timed', dueAt })
    tx.schedule({ kind: 'never-heard-of', subject: 'other-timer', dueAt })
    tx.openTask({ kind: 'look', subject: 'asked', why: 'a test', owner: 'operator', dueAt, cause })
  })
  const sweeper = service.get(Sweeper)
  expect((await sweeper.sweep()).map(({ what, subject, status }) => [what, subject, status])).toEqual([['counter', 'planted', 'WAITING'], ['counter', 'other-timer', 'WAITING']])
  const opened = await ns.published(TaskOpened, ({ payload }) => payload.subject === 'planted')
  expect(opened.payload).toMatchObject({ kind: 'nothing-moves-it', owner: 'operator' })
  expect(opened.payload.why).toContain('the counter is WAITING since')
  expect(await sweeper.sweep()).toEqual([])
  expect((await request(service.url).get('/v1/tasks', { role: 'operator' })).body.items).toHaveLength(3)

  const metrics = await service.get(Metrics).registry.metrics()
  expect(metrics).toMatch(/waybill_alarms_total\{.*code="nothing-moves-it".*\} 2/)
  expect(metrics).toMatch(/waybill_unwatched\{.*what="counter".*\} 0/)
  expect(service.log.filter((line) => line.includes('"alarm":"nothing-moves-it"'))).toHaveLength(2)
}, 30_000)
