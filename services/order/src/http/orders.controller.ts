import { Controller, Delete, Get, HttpCode, Param, Query, Res } from '@nestjs/common'
import { ApiQuery, ApiTags } from '@nestjs/swagger'
import { asId, type RequestCause } from '@waybill/kernel'
import {
  Caused,
  Cursors,
  filterOf,
  limitOf,
  Metrics,
  onlyParameters,
  Problem,
  Roles,
  uuidOf,
  Who,
  wordOf,
  type Page,
  type Principal,
  type QueryParameters,
} from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { OrderViews, type CustomerView, type OrderListItem, type OrderView } from '../orders/order-views.js'
import { EraseDeliveryDetails } from '../use-cases/erase-delivery-details.js'

const statuses = ['PLACED', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'EXPIRED'] as const
const parameters = ['channel', 'reference', 'customer', 'status', 'cursor', 'limit']

/** Who may see who the customer is. */
const seesCustomer = ({ role }: Principal): boolean => role === 'agent' || role === 'admin'

/** Orders to look at, and the customer's right to be forgotten. */
@ApiTags('orders')
@Controller('v1/orders')
export class OrdersController {
  constructor(
    private readonly views: OrderViews,
    private readonly cursors: Cursors,
    private readonly eraseDetails: EraseDeliveryDetails,
    metrics: Metrics,
  ) {
    metrics.gauge('orders_by_state', 'Orders in each state', 'state', () => this.views.countByStatus())
  }

  /** Orders, the newest first. `customer` is an e-mail address or the beginning of a name, for agents. */
  @Get()
  @Roles('channel', 'agent', 'operator')
  @ApiQuery({ name: 'channel', required: false })
  @ApiQuery({ name: 'reference', required: false })
  @ApiQuery({ name: 'customer', required: false })
  @ApiQuery({ name: 'status', required: false, enum: statuses })
  @ApiQuery({ name: 'cursor', required: false })
  @ApiQuery({ name: 'limit', required: false })
  async list(@Query() query: QueryParameters, @Who() principal: Principal): Promise<Page<OrderListItem>> {
    onlyParameters(query, parameters)
    const customer = filterOf(query, 'customer')
    if (customer !== undefined && !seesCustomer(principal)) throw new Problem('forbidden', { detail: 'Only agents search by customer' })
    const channel = filterOf(query, 'channel')
    if (principal.channel !== undefined && channel !== undefined && channel !== principal.channel) throw new Problem('forbidden', { detail: 'You see orders of your own channel' })
    const filter = {
      channel: principal.channel ?? channel,
      reference: filterOf(query, 'reference'),
      status: wordOf(query, 'status', statuses),
      customer,
    }
    const limit = limitOf(query)
    const name = `orders ${JSON.stringify(filter)}`
    const [createdAt, order] = this.cursors.read(name, query) ?? []
    const after = createdAt === undefined || order === undefined ? undefined : { createdAt: String(createdAt), order: String(order) }
    const rows = await this.views.list(filter, after, limit + 1)
    const page = this.cursors.page(name, rows, limit, (row) => [row.createdAt, row.order])
    return { ...page, items: page.items.map(({ createdAt: _, ...item }) => item) }
  }

  /** One order: quantities, promises, fulfillments, payment. Agents also see who bought. */
  @Get(':order')
  @Roles('channel', 'agent', 'operator')
  async one(@Param('order') id: string, @Who() principal: Principal): Promise<OrderView | (OrderView & CustomerView)> {
    const order = uuidOf(id)
    const view = await this.views.one(order)
    // another channel's order does not exist for this one
    if (!view || (principal.channel !== undefined && view.channel !== principal.channel)) throw new Problem('order-not-found')
    const customer = seesCustomer(principal) ? await this.views.customerOf(order) : undefined
    return customer ? { ...view, ...customer } : view
  }

  /** Forgets who the customer was, here and with everybody who was told. The order itself stays. */
  @Delete(':order/delivery-details')
  @HttpCode(204)
  @Roles('agent')
  async erase(@Param('order') id: string, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { result, replayed } = await this.eraseDetails.run(cause, asId(uuidOf(id)), 'asked by the customer')
    if (result === 'order-not-found') throw new Problem('order-not-found')
    if (replayed) void reply.header('Idempotent-Replayed', 'true')
  }
}
