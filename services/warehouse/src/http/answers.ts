import { Problem, replied, type ProblemCode } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { isRefusal, type Refusal } from '../catalogue/refusal.js'
import type { Answer } from '../floor/floor.js'

/** The answer to what was asked; a refusal becomes its problem, and says what was expected. */
export function answered<R extends object, Code extends ProblemCode>(reply: FastifyReply, answer: Answer<R | Refusal<Code>> | undefined): R {
  const result = replied(reply, answer)
  if (isRefusal<Code>(result)) throw new Problem(result.refused, { detail: result.detail, data: { expected: result.expected } })
  return result
}
