import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from './principal.js'
import { Problem } from './problem.js'
import type { Outcome } from './unit-of-work.js'

/** What the kit remembers about a request beside Fastify. */
export interface KitRequest extends FastifyRequest {
  principal?: Principal
  /** The body's bytes, of JSON and raw routes. */
  rawBody?: Buffer
}

/** Who asks. Throws: Problem unauthenticated where nobody said so (a public route). */
export function principalOf(request: FastifyRequest): Principal {
  const { principal } = request as KitRequest
  if (!principal) throw new Problem('unauthenticated')
  return principal
}

/** The bytes as they came, of a route with @RawBody. */
export const rawBodyOf = (request: FastifyRequest): Buffer => (request as KitRequest).rawBody ?? Buffer.alloc(0)

/** SHA-256 of path and body, hex: what makes two requests under one key the same. */
export const contentHashOf = (request: FastifyRequest): string =>
  createHash('sha256').update(request.url).update('\n').update(rawBodyOf(request)).digest('hex')

/** Marks the answer of a request that had been done before, and gives back its stored result. Throws: the outcome's problem, if it has one. */
export function replied<R>(reply: FastifyReply, outcome: Outcome<R> | undefined): R {
  if (outcome?.problem) throw outcome.problem
  if (outcome?.replayed) void reply.header('Idempotent-Replayed', 'true')
  return outcome?.result as R
}
