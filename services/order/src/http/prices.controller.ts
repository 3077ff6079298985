import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common'
import { ApiBody, ApiTags } from '@nestjs/swagger'
import type { RequestCause } from '@waybill/kernel'
import { BulkRoute, Caused, Cursors, filterOf, limitOf, onlyParameters, Roles, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PriceStore } from '../pricing/price.store.js'
import { DeclarePrices } from '../use-cases/declare-prices.js'
import { onlyOf, outcomesOf, rowsOf } from './answers.js'
import { PriceRequest, PriceRows } from './catalogue.requests.js'

/** Price lists: what a product costs on a channel in a currency, from a moment on. */
@ApiTags('prices')
@Controller('v1/prices')
export class PricesController {
  constructor(
    private readonly declarePrices: DeclarePrices,
    private readonly store: PriceStore,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Roles('agent', 'operator', 'channel')
  async list(@Query() query: QueryParameters) {
    onlyParameters(query, ['limit', 'cursor', 'channel', 'currency', 'product'])
    const limit = limitOf(query)
    const filter = { channel: filterOf(query, 'channel'), currency: filterOf(query, 'currency'), product: filterOf(query, 'product') }
    const name = `prices ${filter.channel ?? ''} ${filter.currency ?? ''} ${filter.product ?? ''}`
    const position = this.cursors.read(name, query) as readonly [string, string, string, string] | undefined
    const after = position && { channel: position[0], currency: position[1], product: position[2], effectiveFrom: position[3] }
    const rows = await this.store.prices(filter, after, limit + 1)
    const { items, next } = this.cursors.page(name, rows, limit, (price) => [price.channel, price.currency, price.product, price.effectiveFrom.toISOString()])
    return { items: items.map(({ priceMinor, effectiveFrom, ...price }) => ({ ...price, priceMinor: Number(priceMinor), from: effectiveFrom.toISOString() })), next }
  }

  /** Changes a price from a moment on (default: now). Prices before stay as they were, and so do orders. */
  @Post()
  @Roles('operator')
  @ApiBody({ type: PriceRequest })
  async declare(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const { result, replayed } = await this.declarePrices.run(cause, [request.body])
    const { effectiveFrom, ...answer } = onlyOf(result)
    if (replayed) void reply.header('Idempotent-Replayed', 'true')
    void reply.code(answer.status === 'created' ? 201 : 200)
    return { ...answer, from: effectiveFrom }
  }

  @Post('import')
  @HttpCode(200)
  @BulkRoute()
  @Roles('operator')
  @ApiBody({ type: PriceRows })
  async import(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const { result, replayed } = await this.declarePrices.run(cause, rowsOf(request.body))
    if (replayed) void reply.header('Idempotent-Replayed', 'true')
    return { outcomes: outcomesOf(result) }
  }
}
