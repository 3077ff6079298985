import { FastifyAdapter } from '@nestjs/platform-fastify'
import { crashPoint } from '@waybill/kernel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { admitWork, type Load } from './admission.js'
import { useBodyParsers } from './body-parser.js'
import type { Log } from './logging.js'
import type { PrometheusMetrics } from './metrics.js'
import { checkQuery, type QueryParameters } from './paging.js'
import { Problem } from './problem.js'
import { ProblemFilter } from './problem.filter.js'
import { actorOf } from './principal.js'
import type { KitRequest } from './request.js'
import { RouteTable } from './route-table.js'
import { runInScope } from './scope.js'
import { beginStep, type Step } from './tracing.js'

/** A link token is longer than Fastify's 100. */
const PARAMETER_LENGTH_MAX = 512
const HEADERS_WITHIN_MS = 10_000
const KEEP_ALIVE_MS = 65_000

/** Sent with every answer that does not say otherwise. Pages load only what comes from their own service. */
const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
  'cache-control': 'no-store',
}

export interface EdgeParts {
  readonly service: string
  readonly log: Log
  readonly metrics: PrometheusMetrics
  readonly load: Load
}

/** The HTTP side of a service before Nest's routes: bodies, traces, numbers, headers, admission, and one form of refusal. */
export interface Edge {
  readonly adapter: FastifyAdapter
  readonly fastify: FastifyInstance
  readonly filter: ProblemFilter
}

export function openEdge({ service, log, metrics, load }: EdgeParts): Edge {
  const routes = new RouteTable()
  const filter = new ProblemFilter(log, routes)
  const adapter = new FastifyAdapter({
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_WITHIN_MS },
    // a path that cannot be decoded; Fastify has no route for it, and so no hooks
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => void filter.answer(new Problem('malformed-request', { detail: 'The path cannot be read' }), request, reply),
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket as Socket),
  })
  const fastify = adapter.getInstance() as unknown as FastifyInstance
  // Node would answer with a bare status
  fastify.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => refuseExpectation(response))
  routes.watch(fastify)
  useBodyParsers(fastify)
  useSteps(fastify, service, metrics, log)
  useAdmission(fastify, load)
  useQueryCheck(fastify)
  useSecurityHeaders(fastify)
  return { adapter, fastify, filter }
}

const steps = new WeakMap<FastifyRequest, Step>()

function useSteps(fastify: FastifyInstance, service: string, metrics: PrometheusMetrics, log: Log): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { traceparent } = request.headers
    const step = beginStep(service, `${request.method} ${request.routeOptions.url ?? 'unknown'}`, typeof traceparent === 'string' ? traceparent : undefined)
    steps.set(request, step)
    // everything that follows in this request, the body's arrival included, happens in this scope
    runInScope(step.scope, done)
  })
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    const facts = { method: request.method, route, status: reply.statusCode }
    metrics.httpSeconds.observe({ ...facts, status: String(reply.statusCode) }, reply.elapsedTime / 1_000)
    steps.get(request)?.end({ 'http.request.method': facts.method, 'http.route': route, 'http.response.status_code': facts.status }, facts.status >= 500)
    const { principal } = request as KitRequest
    const line = { ...facts, ms: Math.round(reply.elapsedTime), ...(principal ? { by: actorOf(principal) } : {}) }
    if (facts.status >= 400 && facts.status < 500) log.info('request refused', line)
    else log.debug('request answered', line)
    done()
  })
}

/** Health, numbers and operators come through at any load. */
function useAdmission(fastify: FastifyInstance, load: Load): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!request.url.startsWith('/v1/')) return done()
    try {
      admitWork(load)
      done()
    } catch (problem) {
      done(problem as Problem)
    }
  })
}

function useQueryCheck(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    try {
      checkQuery(request.query as QueryParameters)
      done()
    } catch (problem) {
      done(problem as Problem)
    }
  })
}

function useSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request: FastifyRequest, reply: FastifyReply, _payload, done) => {
    for (const [name, value] of Object.entries(securityHeaders)) if (!reply.hasHeader(name)) void reply.header(name, value)
    if (request.url.startsWith('/v1/')) crashPoint('C5-replying')
    done()
  })
}

/** The request expects something other than 100-continue, which nobody here can promise. */
function refuseExpectation(response: ServerResponse): void {
  const problem = new Problem('expectation-failed')
  response.writeHead(problem.status, { 'content-type': 'application/problem+json; charset=utf-8', connection: 'close' }).end(JSON.stringify(problem.toJSON()))
}

/** Node gave up on the request before it was one: bad HTTP, headers too large or too slow. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const problem = new Problem(error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request-timeout' : 'malformed-request')
  const body = JSON.stringify(problem.toJSON())
  const head = [`HTTP/1.1 ${problem.status} ${problem.kind.title}`, 'Content-Type: application/problem+json; charset=utf-8', `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close']
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
