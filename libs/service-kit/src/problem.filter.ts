import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { throwError, type Observable } from 'rxjs'
import { problemOfFailure } from './failures.js'
import type { Log } from './logging.js'
import { Problem } from './problem.js'
import type { ProblemCode } from './problem-codes.js'
import type { RouteTable } from './route-table.js'
import { currentScope } from './scope.js'

const codeByStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  408: 'request-timeout',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'overloaded',
}

/** Fastify's and Nest's own errors, as far as a request can cause them. */
function problemOfFramework(error: unknown): Problem | undefined {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | undefined)?.statusCode
  const code = typeof status === 'number' ? (codeByStatus[status] ?? (status < 500 ? 'malformed-request' : undefined)) : undefined
  return code === undefined ? undefined : new Problem(code, { cause: error })
}

/** Turns whatever a request ran into into RFC 9457 problem+json. What messages ran into goes on to messaging, which decides. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    if (host.getType() !== 'http') return throwError(() => error)
    const request = host.switchToHttp().getRequest<FastifyRequest>()
    const reply = host.switchToHttp().getResponse<FastifyReply>()
    void this.answer(error, request, reply)
  }

  /** Also used where a request fails before Nest sees it. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const problem = this.problemOf(error, request)
    const where = { route: request.routeOptions.url, method: request.method, code: problem.code }
    // nothing failed, and under load there are many: no stack of each
    if (problem.code === 'overloaded' && problem.cause === undefined) this.log.warn('request turned away', where)
    else if (problem.status >= 500) this.log.error('request failed', { ...where, error: problem.cause ?? error })
    if (reply.sent) return reply
    return reply
      .code(problem.status)
      .headers(problem.headers)
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify(problem.toJSON(currentScope()?.traceId)))
  }

  private problemOf(error: unknown, request: FastifyRequest): Problem {
    if (error instanceof Problem) return error
    const problem = problemOfFailure(error) ?? problemOfFramework(error)
    if (problem?.code === 'not-found' && request.is404) {
      const methods = this.routes.methodsAt(request.url)
      if (methods.length > 0 && !methods.includes(request.method)) return new Problem('method-not-allowed', { headers: { Allow: methods.join(', ') } })
    }
    return problem ?? new Problem('internal-error', { cause: error })
  }
}
