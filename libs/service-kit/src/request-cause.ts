import type { RequestCause } from '@waybill/kernel'
import { actorOf } from './principal.js'
import { Problem } from './problem.js'
import { contentHashOf, type KitRequest } from './request.js'
import { currentTraceparent } from './scope.js'

const KEY_FORM = /^[\x21-\x7e]{1,128}$/

/** The cause of what this request asks for. Refuses: idempotency-key-required, idempotency-key-invalid. */
export function requestCauseOf(request: KitRequest): RequestCause {
  const key = request.headers['idempotency-key']
  if (key === undefined || key === '') throw new Problem('idempotency-key-required')
  if (typeof key !== 'string' || !KEY_FORM.test(key))
    throw new Problem('idempotency-key-invalid', { detail: 'Expected 1 to 128 visible ASCII characters' })
  const actor = request.principal ? actorOf(request.principal) : `public:${request.ip}`
  return {
    kind: 'request',
    client: request.principal?.channel === undefined ? actor : `channel:${request.principal.channel}`,
    key,
    route: `${request.method} ${request.routeOptions.url ?? request.url}`,
    bodyHash: contentHashOf(request),
    actor,
    correlationId: null,
    traceparent: currentTraceparent(),
  }
}
