import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The policy forbids the return; the rule is named. */
export const ReturnRejected = event({
  topic: topics.afterSales,
  fact: 'return-rejected',
  version: 1,
  meaning: 'The policy forbids the return; the rule is named.',
  payload: Type.Object({
    order: Uuid,
    return: Uuid,
    rule: Code,
    why: Words,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    return: '01938b1e-7c00-7000-8000-000000000005',
    rule: 'category-excluded',
    why: 'Food cannot be returned.',
  },
})
export type ReturnRejected = PayloadOf<typeof ReturnRejected>
