import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common'
import { ApiProduces, ApiTags } from '@nestjs/swagger'
import { asId, type OrderId, type RequestCause, type ShipmentId } from '@waybill/kernel'
import { Caused, Cursors, filterOf, limitOf, onlyParameters, Problem, replied, Roles, uuidOf, wordOf, type Page, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { ShipmentQueries, type ChoiceRow } from '../shipments/shipment-queries.js'
import type { ShipmentStatus } from '../shipments/shipment.js'
import { shipmentTransitions } from '../shipments/shipment-transitions.js'
import { AskLabel } from '../use-cases/ask-label.js'
import { PrintLabel } from '../use-cases/print-label.js'
import { detailOf, summaryOf, type ShipmentSummary } from './shipment.view.js'

const statuses = Object.keys(shipmentTransitions) as ShipmentStatus[]
const refusals = { 'no-such-package': 'not-found', 'no-label-yet': 'label-not-ready', 'details-erased': 'details-erased' } as const

@ApiTags('shipments')
@Controller('v1/shipments')
export class ShipmentsController {
  constructor(
    private readonly queries: ShipmentQueries,
    private readonly askLabel: AskLabel,
    private readonly printLabel: PrintLabel,
    private readonly cursors: Cursors,
  ) {}

  /** Shipments, the newest first. Filters: `order`, `status`. */
  @Get()
  @Roles('operator', 'agent', 'packer')
  async list(@Query() query: QueryParameters): Promise<Page<ShipmentSummary>> {
    onlyParameters(query, ['order', 'status', 'limit', 'cursor'])
    const order = filterOf(query, 'order', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const status = wordOf(query, 'status', statuses)
    const limit = limitOf(query)
    const name = JSON.stringify(['shipments', order, status])
    const [after] = this.cursors.read(name, query) ?? []
    const rows = await this.queries.list({
      ...(order === undefined ? {} : { order: asId<OrderId>(order) }),
      ...(status === undefined ? {} : { status }),
      ...(after === undefined ? {} : { after: asId<ShipmentId>(String(after)) }),
      limit: limit + 1,
    })
    const page = this.cursors.page(name, rows, limit, ({ id }) => [id])
    return { ...page, items: page.items.map(summaryOf) }
  }

  /** One shipment with its history and scans. */
  @Get(':id')
  @Roles('operator', 'agent', 'packer')
  async one(@Param('id') id: string): Promise<ShipmentSummary> {
    const view = await this.queries.one(asId<ShipmentId>(uuidOf(id)))
    if (!view) throw new Problem('not-found')
    return detailOf(view)
  }

  /** Why this way: every service of the lane with its score, or with what ruled it out; when planned, and again when packed. */
  @Get(':id/why')
  @Roles('operator', 'agent')
  async why(@Param('id') id: string): Promise<{ readonly choices: readonly ChoiceRow[] }> {
    const shipment = asId<ShipmentId>(uuidOf(id))
    const choices = await this.queries.choices(shipment)
    if (choices.length === 0 && !(await this.queries.one(shipment))) throw new Problem('not-found')
    return { choices }
  }

  /** Asks for the label, again where the carrier refused it. There is one label, however often this is asked. */
  @Post(':id/label')
  @HttpCode(202)
  @Roles('operator', 'agent', 'packer')
  async label(@Param('id') id: string, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ readonly status: ShipmentStatus; readonly packages: number }> {
    const answered = await this.askLabel.run({ cause, shipment: asId<ShipmentId>(uuidOf(id)) })
    const result = replied(reply, answered)
    if (!result) throw new Problem('not-found')
    return result
  }

  /** The label of one package, to print. */
  @Get(':id/packages/:sscc/label.pdf')
  @ApiProduces('application/pdf')
  @Roles('packer', 'operator', 'agent')
  async labelPdf(@Param('id') id: string, @Param('sscc') sscc: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    if (!/^\d{18}$/.test(sscc)) throw new Problem('invalid-id', { detail: 'Expected an SSCC of 18 digits' })
    const printed = await this.printLabel.run(asId<ShipmentId>(uuidOf(id)), sscc)
    if ('refused' in printed) throw new Problem(refusals[printed.refused])
    void reply.header('content-type', 'application/pdf').header('content-disposition', `inline; filename="${sscc}.pdf"`).header('cache-control', 'no-store')
    return Buffer.from(printed.pdf)
  }
}
