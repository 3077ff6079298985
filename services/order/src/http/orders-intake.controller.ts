import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common'
import { ApiBody, ApiTags } from '@nestjs/swagger'
import type { RequestCause } from '@waybill/kernel'
import { BulkRoute, Caused, Roles, Who, type Principal } from '@waybill/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CaptureOrders } from '../use-cases/capture-orders.js'
import { onlyOf, outcomesOf, rowsOf } from './answers.js'
import { PlaceOrderRequest, PlaceOrdersRequest } from './order.requests.js'

/** The door for channels that speak REST. */
@ApiTags('orders')
@Controller('v1/orders')
export class OrdersIntakeController {
  constructor(private readonly captureOrders: CaptureOrders) {}

  /** Places an order: 201; 200 where the same order was placed before. */
  @Post()
  @Roles('channel', 'agent', 'operator')
  @ApiBody({ type: PlaceOrderRequest })
  async place(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Who() principal: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const [answered] = await this.captureOrders.run('call', [{ cause, orders: [request.body], onlyChannel: principal.channel }])
    const { status: _, isNew, ...order } = onlyOf(answered?.result ?? [])
    if (answered?.replayed) void reply.header('Idempotent-Replayed', 'true')
    void reply.code(isNew ? 201 : 200).header('Location', `/v1/orders/${order.order}`)
    return { ...order, alreadyAccepted: !isNew }
  }

  /** Places up to 500 orders, each with its own outcome. */
  @Post('bulk')
  @HttpCode(200)
  @BulkRoute()
  @Roles('channel', 'agent', 'operator')
  @ApiBody({ type: PlaceOrdersRequest })
  async placeMany(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Who() principal: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const [answered] = await this.captureOrders.run('bulk', [{ cause, orders: rowsOf(request.body, 'orders'), onlyChannel: principal.channel }])
    if (answered?.replayed) void reply.header('Idempotent-Replayed', 'true')
    return { outcomes: outcomesOf(answered?.result ?? []) }
  }
}
