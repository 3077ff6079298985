import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common'
import { asId, businessDate, type LocationId, type ProductId, type RequestCause } from '@waybill/kernel'
import { Caused, Cursors, filterOf, limitOf, onlyParameters, Problem, Roles, uuidOf, Who, wordOf, type Page, type Principal, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import type { Moved } from '../bins/move-units.js'
import { FloorQueries, type FulfillmentRow, type FulfillmentView } from '../floor/floor.queries.js'
import { PackingSlips } from '../floor/packing-slips.js'
import { restMax } from '../fulfillments/fulfillment.js'
import { MoveStock } from '../use-cases/move-stock.js'
import { answered } from './answers.js'
import { MoveRequest } from './floor.requests.js'
import { workerOf } from './picking.controller.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** What is asked of the floor and how far it is; and units carried from bin to bin. */
@Controller('v1')
export class FulfillmentsController {
  constructor(
    private readonly queries: FloorQueries,
    private readonly cursors: Cursors,
    private readonly moveStock: MoveStock,
    private readonly packingSlips: PackingSlips,
  ) {}

  @Get('fulfillments')
  @Roles('operator', 'agent', 'picker', 'packer')
  async list(@Query() query: QueryParameters): Promise<Page<FulfillmentRow>> {
    onlyParameters(query, ['status', 'location', 'order', 'limit', 'cursor'])
    const filter = { status: wordOf(query, 'status', Object.keys(restMax)), location: filterOf(query, 'location'), order: filterOf(query, 'order', UUID) }
    const limit = limitOf(query)
    const list = `fulfillments ${filter.status ?? ''} ${filter.location ?? ''} ${filter.order ?? ''}`
    const after = this.cursors.read(list, query)?.[0]
    return this.cursors.page(list, await this.queries.fulfillments(filter, typeof after === 'string' ? after : null, limit + 1), limit, (row) => [row.id])
  }

  @Get('fulfillments/:id')
  @Roles('operator', 'agent', 'picker', 'packer')
  async one(@Param('id') id: string): Promise<FulfillmentView> {
    const found = await this.queries.fulfillment(uuidOf(id))
    if (!found) throw new Problem('not-found')
    return found
  }

  /** What lies in the parcels, as PDF. */
  @Get('fulfillments/:id/packing-slip')
  @Roles('operator', 'agent', 'packer')
  async slip(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const pdf = Buffer.from(await this.packingSlips.write(await this.one(id)))
    await reply.header('content-type', 'application/pdf').header('content-disposition', `inline; filename="packing-slip-${uuidOf(id)}.pdf"`).send(pdf)
  }

  /** Puts away what lies in RECEIVING, or moves units between any two bins. */
  @Post('moves')
  @HttpCode(200)
  @Roles('receiver', 'operator')
  async move(@Body() body: MoveRequest, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<Moved> {
    const { location, product, lot, expiresOn, from, to, units } = body
    return answered(reply, await this.moveStock.run({
      cause,
      location: asId<LocationId>(location),
      product: asId<ProductId>(product),
      lot: lot ?? null,
      expiresOn: expiresOn == null ? null : businessDate(expiresOn),
      from, to, units,
      by: workerOf(who),
    }))
  }
}
