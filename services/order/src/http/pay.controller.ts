import { Body, Controller, Get, Header, HttpCode, Param, Post, Res } from '@nestjs/common'
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger'
import { asId, exponentOf, type RequestCause } from '@waybill/kernel'
import { Caused, Links, Problem, Public } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { OrderViews, type PayView } from '../orders/order-views.js'
import { PayAnotherWay } from '../use-cases/pay-another-way.js'
import { payPage, payScript } from './pay.page.js'
import { PayRequest } from './pay.requests.js'

/** Kind of the links that open this. Their id is an order's or a payment's. */
const LINK_KIND = 'pay'

/** Where customers pay another way, by the link in their mail. */
@ApiTags('pay')
@Controller()
@Public()
export class PayController {
  constructor(
    private readonly links: Links,
    private readonly views: OrderViews,
    private readonly payAnotherWay: PayAnotherWay,
  ) {}

  /** What is to be paid, and whether it still can be. */
  @Get('v1/pay/:token')
  async show(@Param('token') token: string): Promise<Omit<PayView, 'order'>> {
    const { order: _, ...view } = await this.find(token)
    return view
  }

  /** Pays with another means. The outcome comes by mail, and on the page. */
  @Post('v1/pay/:token')
  @HttpCode(202)
  async pay(@Param('token') token: string, @Body() body: PayRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const { order } = await this.find(token)
    const { result, replayed } = await this.payAnotherWay.run(cause, asId(order), body.token)
    if (result.status === 'refused') throw new Problem(result.why)
    if (replayed) void reply.header('Idempotent-Replayed', 'true')
    return result
  }

  @Get('pay/:token')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@Param('token') token: string): Promise<string> {
    const view = await this.find(token)
    return payPage({ ...view, amount: amountOf(view) }, token)
  }

  @Get('pay.js')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return payScript
  }

  private async find(token: string): Promise<PayView> {
    const view = await this.views.toPay(this.links.read(token, LINK_KIND).id)
    if (!view) throw new Problem('invalid-link')
    return view
  }
}

/** The amount as a decimal: 1234 minor units of EUR are 12.34. */
function amountOf({ amountMinor, currency }: PayView): string {
  const digits = exponentOf(currency)
  const text = String(amountMinor).padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
