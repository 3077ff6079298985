import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Span, type Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor, ParentBasedSampler } from '@opentelemetry/sdk-trace-base'
import { parseTraceparent, scopeAfter, type Scope } from './scope.js'

/** A step of a trace: its scope goes on in logs and messages; `end` closes its span, if one is kept. */
export interface Step {
  readonly scope: Scope
  end(attributes: Readonly<Record<string, string | number>>, failed: boolean): void
}

/**
 * Traces of one service. Every request gets a trace id that its messages carry on; spans are made and sent only where
 * an OTLP endpoint is set, by a provider of our own: nothing of the process is instrumented.
 */
export class Tracing {
  private readonly provider: BasicTracerProvider | undefined
  private readonly tracer: Tracer | undefined

  constructor(service: string, otlpEndpoint: string | undefined) {
    if (otlpEndpoint === undefined) return
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'waybill' }),
      sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${otlpEndpoint}/v1/traces` }))],
    })
    this.tracer = this.provider.getTracer('waybill')
  }

  /** Begins what a request asks for, as the next step of the caller's trace. */
  begin(name: string, traceparent: string | undefined): Step {
    const next = scopeAfter(traceparent)
    const span = this.tracer?.startSpan(name, { kind: SpanKind.SERVER }, contextAfter(traceparent))
    const scope = span ? { ...next, traceId: span.spanContext().traceId, spanId: span.spanContext().spanId } : next
    return { scope, end: (attributes, failed) => endSpan(span, attributes, failed) }
  }

  async stop(): Promise<void> {
    await this.provider?.shutdown()
  }
}

function contextAfter(traceparent: string | undefined) {
  const parent = parseTraceparent(traceparent)
  if (!parent) return ROOT_CONTEXT
  const { traceId, spanId, sampled } = parent
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true })
}

function endSpan(span: Span | undefined, attributes: Readonly<Record<string, string | number>>, failed: boolean): void {
  if (!span) return
  span.setAttributes(attributes)
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
