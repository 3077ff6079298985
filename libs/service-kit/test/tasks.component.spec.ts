import { beforeAll, describe, expect, test } from '@jest/globals'
import { TaskClosed, TaskOpened } from '@waybill/contracts'
import { namespace, request, type StartedService } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { UnitOfWork } from '../src/index.js'
import { aRequest } from './causes.js'
import { sample } from './sample.service.js'

const ns = await namespace()
let service: StartedService

beforeAll(async () => {
  service = await ns.start(sample)
})

const openTask = async (over: { owner?: string; order?: string; dueAt?: Date } = {}) => {
  const subject = randomUUID()
  const cause = aRequest()
  await service.get(UnitOfWork).change([{ cause }], (tx) =>
    Promise.resolve(tx.openTask({ kind: 'short-pick', subject, why: 'one unit was not found', owner: 'agent', dueAt: new Date(), cause, ...over })),
  )
  return subject
}
const agent = { role: 'agent', name: 'ada' } as const
const tasks = (query = '') => request(service.url).get(`/v1/tasks${query}`, agent)

describe('what waits for a person', () => {
  test('is told to the others, listed until it is done, and done once', async () => {
    const order = randomUUID()
    const subject = await openTask({ order })
    const opened = await ns.published(TaskOpened, ({ payload }) => payload.subject === subject)
    expect(opened.payload).toMatchObject({ kind: 'short-pick', subject, order, owner: 'agent' })
    const { body } = await tasks(`?order=${order}`)
    expect(body).toMatchObject({ items: [{ id: opened.payload.task, subject, why: 'one unit was not found', closedAt: null }], next: null })

    const done = () => request(service.url).post(`/v1/tasks/${opened.payload.task}/done`, { resolution: 'found it' }, { ...agent, key: subject })
    const first = await done()
    const again = await done()
    expect([first.status, first.body, again.body, again.headers.get('idempotent-replayed')]).toEqual([200, { id: opened.payload.task, resolution: 'found it' }, first.body, 'true'])
    expect((await request(service.url).post(`/v1/tasks/${opened.payload.task}/done`, { resolution: 'me too' }, agent)).body).toMatchObject({ status: 409, code: 'task-already-done' })
    const closed = await ns.published(TaskClosed, ({ payload }) => payload.subject === subject)
    expect(closed.payload).toMatchObject({ task: opened.payload.task, resolution: 'found it', by: 'agent:ada' })
    expect((await tasks(`?order=${order}`)).body.items).toEqual([])
    expect((await tasks(`?order=${order}&state=closed`)).body.items).toMatchObject([{ resolution: 'found it', closedBy: 'agent:ada' }])
  })

  test('is listed by when it is due, page by page, none twice and none left out', async () => {
    const dueAt = new Date(Date.now() + 3_600_000)
    const subjects = await Promise.all(Array.from({ length: 7 }, () => openTask({ owner: 'receiver', dueAt })))
    const seen: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const { body }: { body: { items: { subject: string }[]; next: string | null } } = await tasks(`?owner=receiver&limit=3${next ? `&cursor=${next}` : ''}`)
      seen.push(...body.items.map(({ subject }) => subject))
      next = body.next
    }
    expect([...seen].sort()).toEqual([...subjects].sort())
  })

  test.each([
    ['?state=lost', 'invalid-filter'],
    ['?order=1;drop', 'invalid-filter'],
    ['?filter[status][$ne]=x', 'invalid-filter'],
    ['?owner=a&owner=b', 'invalid-filter'],
    ['?limit=0', 'invalid-page'],
    ['?cursor=x', 'invalid-cursor'],
  ])('asked for with %s is refused', async (query, code) => expect((await tasks(query)).body).toMatchObject({ status: 400, code }))

  test('that does not exist is not found', async () => {
    expect((await request(service.url).get(`/v1/tasks/${randomUUID()}`, agent)).status).toBe(404)
    expect((await request(service.url).post(`/v1/tasks/${randomUUID()}/done`, { resolution: 'x' }, agent)).status).toBe(404)
  })
})
