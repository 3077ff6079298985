import { Controller, Get, Param, Query } from '@nestjs/common'
import { Cursors, filterOf, limitOf, onlyParameters, Problem, Roles, wordOf, type Page, type QueryParameters } from '@waybill/service-kit'
import type { TimelineEntry } from '../timeline/describe-fact.js'
import { stages, type OrderStatus, type OrderView } from '../timeline/order-view.js'
import { TimelineQueries, type Board } from '../timeline/timeline.queries.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const statuses: readonly OrderStatus[] = ['placed', 'confirmed', 'completed', 'cancelled', 'expired']

const orderIdOf = (text: string): string => {
  if (!UUID.test(text)) throw new Problem('invalid-id')
  return text
}

/** Orders as people watch them: the board, lists, and what happened to one, fact by fact. */
@Controller('v1')
@Roles('agent', 'operator')
export class OrdersController {
  constructor(
    private readonly queries: TimelineQueries,
    private readonly cursors: Cursors,
  ) {}

  @Get('board')
  board(): Promise<Board> {
    return this.queries.board()
  }

  /** Newest first. `search` takes an order id, a reference, or its beginning. */
  @Get('orders')
  async orders(@Query() query: QueryParameters): Promise<Page<OrderView>> {
    onlyParameters(query, ['status', 'stage', 'channel', 'search', 'limit', 'cursor'])
    const filter = { status: wordOf(query, 'status', statuses), stage: wordOf(query, 'stage', stages), channel: filterOf(query, 'channel'), search: filterOf(query, 'search') }
    const limit = limitOf(query)
    const list = `orders ${JSON.stringify(filter)}`
    const [placedAt, order] = this.cursors.read(list, query) ?? []
    const after = typeof placedAt === 'string' && typeof order === 'string' ? { placedAt, order } : null
    const rows = await this.queries.orders(filter, after, limit + 1)
    return this.cursors.page(list, rows, limit, (row) => [row.placedAt, row.order])
  }

  @Get('orders/:id')
  async order(@Param('id') id: string): Promise<OrderView> {
    const view = await this.queries.order(orderIdOf(id))
    if (!view) throw new Problem('not-found')
    return view
  }

  /** Who did what, when, and why: the oldest first. */
  @Get('orders/:id/timeline')
  async timeline(@Param('id') id: string, @Query() query: QueryParameters): Promise<Page<TimelineEntry>> {
    onlyParameters(query, ['limit', 'cursor'])
    const order = orderIdOf(id)
    const limit = limitOf(query, { standard: 200 })
    const list = `timeline ${order}`
    const [at, eventId] = this.cursors.read(list, query) ?? []
    const after = typeof at === 'string' && typeof eventId === 'string' ? { at, eventId } : null
    const rows = await this.queries.timeline(order, after, limit + 1)
    if (rows.length === 0 && !after && !(await this.queries.order(order))) throw new Problem('not-found')
    return this.cursors.page(list, rows, limit, (row) => [row.at, row.eventId])
  }
}
