import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** What waited for a person is done. */
export const TaskClosed = event({
  topic: topics.task,
  fact: 'task-closed',
  version: 1,
  meaning: 'What waited for a person is done.',
  payload: Type.Object({
    task: Uuid,
    kind: Code,
    subject: Code,
    order: Type.Union([Uuid, Type.Null()]),
    resolution: Words,
    by: Code,
  }),
  example: {
    task: '01938b1e-7c00-7000-8000-000000000006',
    kind: 'short-pick',
    subject: '01938b1e-7c00-7000-8000-000000000002',
    order: '01938b1e-7c00-7000-8000-000000000001',
    resolution: 'counted',
    by: 'operator:otto',
  },
})
export type TaskClosed = PayloadOf<typeof TaskClosed>
