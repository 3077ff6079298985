import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { asId, type BusinessDate, type ProductId, type RequestCause } from '@waybill/kernel'
import { BulkRoute, Caused, Cursors, filterOf, limitOf, newId, onlyParameters, Problem, replied, Roles, uuidOf, wordOf, type QueryParameters, outcomesOf, readRows } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import type { Announced } from '../backorders/supplies.js'
import { StockQueries } from '../stock/stock.queries.js'
import { ExpectSupply } from '../use-cases/expect-supply.js'
import { ImportSuppliesRequest, MoveSupplyRequest, SupplyRequest } from './supply.requests.js'

/** What is on its way, and who waits for it. */
@ApiTags('supply')
@Controller('v1')
export class SuppliesController {
  constructor(
    private readonly expectSupply: ExpectSupply,
    private readonly queries: StockQueries,
    private readonly cursors: Cursors,
  ) {}

  @Get('supplies')
  @Roles('agent', 'operator', 'receiver')
  async list(@Query() query: QueryParameters) {
    onlyParameters(query, ['product', 'outstanding', 'limit', 'cursor'])
    const [product, outstanding, limit] = [filterOf(query, 'product'), wordOf(query, 'outstanding', ['true', 'false']), limitOf(query)]
    const name = `supplies ${product ?? ''} ${outstanding ?? ''}`
    const after = this.cursors.read(name, query)
    const filter = { product: product === undefined ? undefined : asId<ProductId>(product), isOutstanding: outstanding === undefined ? undefined : outstanding === 'true' }
    const rows = await this.queries.supplies(filter, after && [String(after[0]), String(after[1])], limit + 1)
    const page = this.cursors.page(name, rows, limit, ({ availableOn, id }) => [availableOn, id])
    return { ...page, items: page.items.map(({ code, ...supply }) => ({ ...supply, supply: code })) }
  }

  /** The queue, first served first, with what each line waits for and since when. */
  @Get('backorders')
  @Roles('agent', 'operator')
  async backorders(@Query() query: QueryParameters) {
    onlyParameters(query, ['product', 'limit', 'cursor'])
    const [product, limit] = [filterOf(query, 'product'), limitOf(query)]
    const name = `backorders ${product ?? ''}`
    const after = this.cursors.read(name, query)
    const rows = await this.queries.backorders(
      product === undefined ? undefined : asId(product),
      after && [Number(after[0]), String(after[1]), String(after[2]), String(after[3])],
      limit + 1,
    )
    return this.cursors.page(name, rows, limit, (row) => [row.priority, row.availableOn ?? 'infinity', row.placedAt.toISOString(), `${row.order}${row.stockedLine}`])
  }

  /** Announces supply; under a code that is known for the product and location, moves it. */
  @Post('supplies')
  @HttpCode(200)
  @Roles('operator', 'receiver')
  async announce(@Body() body: SupplyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const supply = toAnnounced(body)
    const [outcome] = replied(reply, await this.expectSupply.announce([supply], false, cause))
    if (outcome?.status === 'refused') throw new Problem(outcome.code, { errors: [{ pointer: outcome.pointer, code: outcome.code }] })
    return { id: outcome?.id, status: outcome?.status }
  }

  @Post('supplies/import')
  @HttpCode(200)
  @BulkRoute()
  @Roles('operator')
  async import(@Body() { rows }: ImportSuppliesRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const read = readRows(SupplyRequest, rows)
    const supplies = read.good.map(({ value }) => toAnnounced(value))
    const done = replied(reply, await this.expectSupply.announce(supplies, true, cause))
    return { outcomes: outcomesOf(read.refused, done, read) }
  }

  @Patch('supplies/:id')
  @Roles('operator', 'receiver')
  async patch(@Param('id') id: string, @Body() body: MoveSupplyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.move(id, body, cause, reply)
  }

  /** Announced units come on another day, or in another number. */
  @Post('supplies/:id/move')
  @HttpCode(200)
  @Roles('operator', 'receiver')
  async move(@Param('id') id: string, @Body() { units, availableOn }: MoveSupplyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const moved = replied(reply, await this.expectSupply.move(uuidOf(id), { units, availableOn: availableOn as BusinessDate | undefined }, cause))
    if ('refused' in moved) throw new Problem('supply-not-found')
    const { code, ...supply } = moved.supply
    return { ...supply, supply: code }
  }
}

const toAnnounced = ({ supply, product, location, units, availableOn }: SupplyRequest): Announced => ({
  id: newId(),
  code: supply,
  product: asId(product),
  location: asId(location),
  units,
  availableOn: availableOn as BusinessDate,
})
