import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Instant, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** Something waits for a person. */
export const TaskOpened = event({
  topic: topics.task,
  fact: 'task-opened',
  version: 1,
  meaning: 'Something waits for a person.',
  payload: Type.Object({
    task: Uuid,
    kind: Code,
    subject: Code,
    service: Code,
    order: Type.Union([Uuid, Type.Null()]),
    owner: Code,
    why: Words,
    dueAt: Instant,
  }),
  example: {
    task: '01938b1e-7c00-7000-8000-000000000006',
    kind: 'short-pick',
    subject: '01938b1e-7c00-7000-8000-000000000002',
    order: '01938b1e-7c00-7000-8000-000000000001',
    owner: 'agent',
    service: 'order',
    why: 'one unit of P-100 was not found',
    dueAt: '2026-11-30T10:00:00Z',
  },
})
export type TaskOpened = PayloadOf<typeof TaskOpened>
