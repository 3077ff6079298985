import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common'
import type { RequestCause } from '@waybill/kernel'
import type { FastifyReply } from 'fastify'
import { Cursors, filterOf, limitOf, onlyParameters, wordOf, type Page, type QueryParameters } from '../paging.js'
import { uuidOf } from '../path.js'
import { Problem } from '../problem.js'
import { replied } from '../request.js'
import { Caused, Roles } from '../route.decorators.js'
import type { Task } from '../task-table.js'
import { UnitOfWork } from '../unit-of-work.js'
import { CloseTaskRequest } from './tasks.requests.js'

type TaskRow = Task & { readonly dueAtText: string }

const columns = `id, kind, subject, order_id as "order", owner, why, due_at as "dueAt", due_at::text as "dueAtText",
  opened_at as "openedAt", closed_at as "closedAt", closed_by as "closedBy", resolution`

const shown = ({ dueAtText: _, ...task }: TaskRow): Task => task

/** What waits for a person in this service. */
@Roles('operator', 'agent')
@Controller('v1/tasks')
export class TasksController {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly cursors: Cursors,
  ) {}

  /** Open tasks, the first due first; `?state=closed` for those done. Filters: `owner`, `kind`, `order`. */
  @Get()
  async list(@Query() query: QueryParameters): Promise<Page<Task>> {
    onlyParameters(query, ['state', 'owner', 'kind', 'order', 'limit', 'cursor'])
    const state = wordOf(query, 'state', ['open', 'closed']) ?? 'open'
    const [owner, kind] = [filterOf(query, 'owner'), filterOf(query, 'kind')]
    const order = filterOf(query, 'order', /^[0-9a-f-]{36}$/)
    const limit = limitOf(query)
    const list = JSON.stringify(['tasks', state, owner, kind, order])
    const [dueAt, id] = this.cursors.read(list, query) ?? []
    const rows = await this.uow.query<TaskRow>(
      'kit.tasks.list',
      `select ${columns} from kit.tasks
       where (closed_at is null) = $1 and ($2::text is null or owner = $2) and ($3::text is null or kind = $3)
         and ($4::uuid is null or order_id = $4) and ($5::timestamptz is null or (due_at, id) > ($5, $6::uuid))
       order by due_at, id limit $7`,
      [state === 'open', owner ?? null, kind ?? null, order ?? null, dueAt ?? null, id ?? null, limit + 1],
    )
    const page = this.cursors.page(list, rows, limit, (row) => [row.dueAtText, row.id])
    return { ...page, items: page.items.map(shown) }
  }

  @Get(':id')
  async one(@Param('id') id: string): Promise<Task> {
    const [row] = await this.uow.query<TaskRow>('kit.tasks.one', `select ${columns} from kit.tasks where id = $1`, [uuidOf(id)])
    if (!row) throw new Problem('not-found')
    return shown(row)
  }

  /** Closes the task, with what was done about it. */
  @Post(':id/done')
  @HttpCode(200)
  async done(
    @Param('id') id: string,
    @Body() { resolution }: CloseTaskRequest,
    @Caused() cause: RequestCause,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const task = uuidOf(id)
    const [outcome] = await this.uow.change([{ cause }], async (tx) => {
      const [found] = await tx.query<{ kind: string; subject: string; isOpen: boolean }>(
        'kit.tasks.lock',
        'select kind, subject, closed_at is null as "isOpen" from kit.tasks where id = $1 for update',
        [task],
      )
      if (!found) throw new Problem('not-found')
      if (!found.isOpen) throw new Problem('task-already-done')
      tx.closeTask(found.kind, found.subject, resolution, cause)
      return [{ id: task, resolution }]
    })
    return replied(reply, outcome)
  }
}
