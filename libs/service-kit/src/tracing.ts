import { isSpanContextValid, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Context } from '@opentelemetry/api'
import { config, optional, url, type Env } from './config.js'
import { parseTraceparent, scopeAfter, type Scope } from './scope.js'

/** A step of a trace: its scope goes on in logs and messages; `end` closes its span, if one is kept. */
export interface Step {
  readonly scope: Scope
  end(attributes: Readonly<Record<string, string | number>>, failed: boolean): void
}

/**
 * Begins what a request asks for, as the next step of the caller's trace. Every request gets a trace id that its messages
 * carry on; spans are kept only where the process exports them (`exportTraces`), else this costs two random numbers.
 */
export function beginStep(service: string, name: string, traceparent: string | undefined): Step {
  const next = scopeAfter(traceparent)
  const span = trace.getTracer('@waybill/service-kit').startSpan(name, { kind: SpanKind.SERVER, attributes: { 'waybill.service': service } }, contextAfter(traceparent))
  const { traceId, spanId } = span.spanContext()
  return {
    scope: span.isRecording() && isSpanContextValid(span.spanContext()) ? { ...next, traceId, spanId } : next,
    end: (attributes, failed) => {
      span.setAttributes(attributes)
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}

function contextAfter(traceparent: string | undefined): Context {
  const parent = parseTraceparent(traceparent)
  if (!parent) return ROOT_CONTEXT
  const { traceId, spanId, sampled } = parent
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true })
}

const readEndpoint = config({ endpoint: optional(url('OTEL_EXPORTER_OTLP_ENDPOINT')) })

/**
 * Sends this process's spans to the OTLP endpoint, if one is set. Belongs to whoever owns the process (main, the local host):
 * OpenTelemetry has one provider per process. No library is instrumented. Returns what to call before the process ends.
 */
export async function exportTraces(name: string, env: Env): Promise<() => Promise<void>> {
  const { endpoint } = readEndpoint(env)
  if (endpoint === undefined) return () => Promise.resolve()
  // loaded here: who exports nothing does without its 20 MB
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, { BatchSpanProcessor }, { NodeTracerProvider }] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/sdk-trace-node'),
  ])
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': name, 'service.namespace': 'waybill' }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }))],
  })
  provider.register()
  return () => provider.shutdown()
}
