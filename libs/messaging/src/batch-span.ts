import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Context, type Link, type SpanContext } from '@opentelemetry/api'
import type { EventCause } from '@waybill/kernel'

const LINKS_MAX = 128
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** Does work in one span for the whole batch: child of the message's trace if there is one message, linked to all of them if there are more. */
export async function inBatchSpan<R>(type: string, causes: readonly EventCause[], work: () => Promise<R>): Promise<R> {
  const contexts = causes.slice(0, LINKS_MAX).flatMap(({ traceparent }) => spanContextOf(traceparent) ?? [])
  const [first] = contexts
  const parent: Context = causes.length === 1 && first ? trace.setSpanContext(ROOT_CONTEXT, first) : ROOT_CONTEXT
  const links: Link[] = causes.length === 1 ? [] : contexts.map((spanContext) => ({ context: spanContext }))
  const attributes = { 'messaging.system': 'kafka', 'messaging.operation.type': 'process', 'messaging.batch.message_count': causes.length }
  const span = trace.getTracer('@waybill/messaging').startSpan(`process ${type}`, { kind: SpanKind.CONSUMER, links, attributes }, parent)
  try {
    return await context.with(trace.setSpan(parent, span), work)
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' })
    throw error
  } finally {
    span.end()
  }
}

function spanContextOf(traceparent: string | null): SpanContext | undefined {
  const parts = traceparent === null ? null : TRACEPARENT.exec(traceparent)
  const [, traceId, spanId, flags] = parts ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true }
}
