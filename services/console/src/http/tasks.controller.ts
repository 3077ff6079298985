import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common'
import { Cursors, filterOf, limitOf, onlyParameters, Problem, Roles, wordOf, type Page, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Neighbours } from '../operations/neighbours.js'
import { TimelineQueries, type TaskView } from '../timeline/timeline.queries.js'

/** What waits for a person, of every service. */
@Controller('v1/tasks')
@Roles('agent', 'operator')
export class TasksController {
  constructor(
    private readonly queries: TimelineQueries,
    private readonly cursors: Cursors,
    private readonly neighbours: Neighbours,
  ) {}

  /** Open tasks, the first due first; `?state=closed` for those done. */
  @Get()
  async list(@Query() query: QueryParameters): Promise<Page<TaskView>> {
    onlyParameters(query, ['state', 'owner', 'kind', 'order', 'limit', 'cursor'])
    const filter = {
      state: wordOf(query, 'state', ['open', 'closed']) ?? 'open',
      owner: filterOf(query, 'owner'),
      kind: filterOf(query, 'kind'),
      order: filterOf(query, 'order', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    } as const
    const limit = limitOf(query)
    const list = `tasks ${JSON.stringify(filter)}`
    const [dueAt, task] = this.cursors.read(list, query) ?? []
    const after = typeof dueAt === 'string' && typeof task === 'string' ? { dueAt, task } : null
    const rows = await this.queries.tasks(filter, after, limit + 1)
    return this.cursors.page(list, rows, limit, (row) => [row.dueAt, row.task])
  }

  /** Hands the resolution to the service that owns the task. Body: `{ "service", "resolution" }`. */
  @Post(':id/done')
  async done(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { service, resolution } = (body ?? {}) as { service?: unknown; resolution?: unknown }
    if (typeof service !== 'string') throw new Problem('required', { errors: [{ pointer: '/service', code: 'required', detail: 'names the service that owns the task' }] })
    const answer = await this.neighbours.ask(service, { method: 'POST', path: `/v1/tasks/${encodeURIComponent(id)}/done`, headers: headersOf(request), body: JSON.stringify({ resolution }) })
    if (!answer) throw new Problem('not-found', { detail: `There is no service ${service.slice(0, 40)}` })
    await reply.status(answer.status).headers(answer.headers).send(answer.body)
  }
}

/** Who asks is decided by the neighbour, from the same token. */
export const headersOf = ({ headers }: FastifyRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(['authorization', 'content-type', 'idempotency-key', 'traceparent'].flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])))
