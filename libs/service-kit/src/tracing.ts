import { context, propagation, trace } from '@opentelemetry/api'

/** The W3C traceparent of what is being done now, or null outside any trace. */
export function currentTraceparent(): string | null {
  const span = trace.getSpanContext(context.active())
  if (!span) return null
  const carrier: { traceparent?: string } = {}
  propagation.inject(context.active(), carrier)
  return carrier.traceparent ?? `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`
}
