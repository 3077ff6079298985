import type { EventCause, RequestCause } from '@waybill/kernel'
import { randomUUID } from 'node:crypto'
import { v7 } from 'uuid'

/** A request of an agent, made up. */
export const aRequest = (over: Partial<RequestCause> = {}): RequestCause => ({
  kind: 'request',
  client: 'agent:ada',
  key: randomUUID(),
  route: 'POST /v1/counters/:name/add',
  bodyHash: 'a'.repeat(64),
  actor: 'agent:ada',
  correlationId: null,
  traceparent: null,
  ...over,
})

/** A message that a consumer received, made up. */
export const aMessage = (over: Partial<EventCause> = {}): EventCause => ({
  kind: 'event',
  group: 'kit-sample.main',
  topic: 'oms.order.v1',
  partition: 0,
  offset: 0n,
  key: randomUUID(),
  eventId: v7(),
  type: 'oms.order.order-placed.v1',
  subject: randomUUID(),
  sequence: 1,
  payloadHash: 'b'.repeat(64),
  time: new Date().toISOString(),
  correlationId: null,
  actor: 'system:order',
  traceparent: null,
  ...over,
})
