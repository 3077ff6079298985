import type { Answered } from '../stock/stock.store.js'
import { Problem, replied, type ProblemCode } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'

interface Refused {
  readonly refused: ProblemCode
}

/** The answer to a request, or its refusal as a problem with the refusal's data. */
export function answered<R extends object>(reply: FastifyReply, outcome: Answered<R>): Exclude<R, { readonly refused: unknown }> {
  const result = replied(reply, outcome)
  if (isRefused(result)) {
    const { refused, ...data } = result
    throw new Problem(refused, { data })
  }
  return result as Exclude<R, { readonly refused: unknown }>
}

const isRefused = (result: object): result is Refused => 'refused' in result
