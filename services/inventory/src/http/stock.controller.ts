import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { asId, type BusinessDate, type RequestCause } from '@waybill/kernel'
import { BulkRoute, Caused, Cursors, filterOf, limitOf, onlyParameters, Problem, replied, Roles, uuidOf, type QueryParameters, outcomesOf, readRows } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import type { Blocking } from '../stock/block.js'
import { StockQueries } from '../stock/stock.queries.js'
import { CorrectStock } from '../use-cases/correct-stock.js'
import { ReceiveStock } from '../use-cases/receive-stock.js'
import { answered } from './answers.js'
import { AdjustmentRequest, BlockRequest, CountRowRequest, ImportCountsRequest, ReceiptRequest } from './stock.requests.js'

/** What is there, what comes in, what is corrected. */
@ApiTags('stock')
@Controller('v1')
export class StockController {
  constructor(
    private readonly receiveStock: ReceiveStock,
    private readonly correctStock: CorrectStock,
    private readonly queries: StockQueries,
    private readonly cursors: Cursors,
  ) {}

  /** What can be promised of a product, now and on the days supply comes. */
  @Get('availability')
  @Roles('channel', 'agent', 'operator')
  async availability(@Query() query: QueryParameters) {
    onlyParameters(query, ['product', 'channel', 'location'])
    const product = filterOf(query, 'product')
    if (product === undefined) throw new Problem('invalid-filter', { detail: 'product is needed', data: { parameter: 'product' } })
    return this.queries.availability(asId(product), filterOf(query, 'channel') ?? null, maybeId(filterOf(query, 'location')))
  }

  @Get('stock')
  @Roles('agent', 'operator', 'receiver')
  async list(@Query() query: QueryParameters) {
    onlyParameters(query, ['product', 'location', 'limit', 'cursor'])
    const [product, location, limit] = [filterOf(query, 'product'), filterOf(query, 'location'), limitOf(query)]
    const name = `stock ${product ?? ''} ${location ?? ''}`
    const after = this.cursors.read(name, query)
    const rows = await this.queries.stock({ product: maybeId(product), location: maybeId(location) }, after && [String(after[0]), String(after[1])], limit + 1)
    return this.cursors.page(name, rows, limit, (row) => [row.product, row.location])
  }

  /** All that is kept, or waits, for one order. */
  @Get('reservations/:order')
  @Roles('agent', 'operator')
  async reservations(@Param('order') order: string) {
    const found = await this.queries.order(asId(uuidOf(order)))
    if (!found) throw new Problem('not-found')
    return found
  }

  @Post('receipts')
  @HttpCode(200)
  @Roles('receiver', 'operator')
  async receive(@Body() { location, supply, lines }: ReceiptRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const receipt = {
      location: asId<Blocking['location']>(location),
      supply,
      lines: lines.map(({ product, lot, expiresOn, units, bin }) => ({
        product: asId<Blocking['product']>(product),
        lot: lot ?? null,
        expiresOn: (expiresOn ?? null) as BusinessDate | null,
        units,
        bin: bin ?? null,
      })),
    }
    return answered(reply, await this.receiveStock.run(receipt, cause))
  }

  @Post('adjustments')
  @HttpCode(200)
  @Roles('operator')
  async adjust(@Body() body: AdjustmentRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const { product, location, lot, expiresOn, bin, units, reason } = body
    const adjustment = {
      product: asId<Blocking['product']>(product),
      location: asId<Blocking['location']>(location),
      lot,
      expiresOn: (expiresOn ?? null) as BusinessDate | null,
      bin: bin ?? null,
      units,
      reason,
      filedByWarehouse: false,
    }
    return answered(reply, await this.correctStock.adjust(adjustment, cause))
  }

  /** Takes units from sale. */
  @Post('stock/block')
  @HttpCode(200)
  @Roles('operator')
  async block(@Body() body: BlockRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    return answered(reply, await this.correctStock.block(toBlocking(body), cause))
  }

  /** Lets blocked units be sold again. */
  @Post('stock/unblock')
  @HttpCode(200)
  @Roles('operator')
  async unblock(@Body() body: BlockRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    return answered(reply, await this.correctStock.unblock(toBlocking(body), cause))
  }

  /** First counts by product, location, lot and bin: sets what a row counts; the same file twice changes nothing. */
  @Post('stock/import')
  @HttpCode(200)
  @BulkRoute()
  @Roles('operator')
  async import(@Body() { rows }: ImportCountsRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const read = readRows(CountRowRequest, rows)
    const counts = read.good.map(({ value: { product, location, lot, expiresOn, bin, units } }) => ({
      product: asId<Blocking['product']>(product),
      location: asId<Blocking['location']>(location),
      lot: lot ?? null,
      expiresOn: (expiresOn ?? null) as BusinessDate | null,
      bin: bin ?? null,
      units,
    }))
    const done = replied(reply, await this.receiveStock.importCounts(counts, cause))
    return { outcomes: outcomesOf(read.refused, done, read) }
  }
}

const maybeId = <Id extends Blocking['location'] | Blocking['product']>(text: string | undefined): Id | undefined => (text === undefined ? undefined : asId<Id>(text))

const toBlocking = ({ product, location, lot, bin, units, reason }: BlockRequest): Blocking => ({
  product: asId(product),
  location: asId(location),
  lot,
  bin: bin ?? null,
  units,
  reason,
  filedByWarehouse: false,
})
