import { Controller, Get, Param, Res } from '@nestjs/common'
import { ApiProduces, ApiTags } from '@nestjs/swagger'
import { asId, type OrderId, type ShipmentId } from '@waybill/kernel'
import { Links, Problem, Public } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { ShipmentQueries } from '../shipments/shipment-queries.js'
import { noSuchLinkPage, PAGE_POLICY, trackingPage } from './tracking.page.js'
import { trackedOf, type TrackingPage } from './tracking.view.js'

/** Where customers follow their parcels, by a signed link to a shipment or to a whole order. */
@ApiTags('tracking')
@Controller()
export class TrackingController {
  constructor(
    private readonly queries: ShipmentQueries,
    private readonly links: Links,
  ) {}

  @Get('v1/track/:token')
  @Public()
  async track(@Param('token') token: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<TrackingPage> {
    void reply.header('cache-control', 'no-store')
    return this.find(token)
  }

  @Get('t/:token')
  @Public()
  @ApiProduces('text/html')
  async page(@Param('token') token: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', 'text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY).header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
    try {
      return trackingPage(await this.find(token))
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'invalid-link') throw error
      void reply.status(404)
      return noSuchLinkPage()
    }
  }

  private async find(token: string): Promise<TrackingPage> {
    const { kind, id } = this.links.read(token)
    if (kind === 'shipment') {
      const view = await this.queries.one(asId<ShipmentId>(id))
      if (!view) throw new Problem('invalid-link')
      return { greeting: (await this.queries.greeting(view.shipment.order)) ?? null, shipments: [trackedOf(view)] }
    }
    if (kind !== 'order') throw new Problem('invalid-link')
    const views = await this.queries.ofOrder(asId<OrderId>(id))
    return { greeting: (await this.queries.greeting(asId<OrderId>(id))) ?? null, shipments: views.map(trackedOf) }
  }
}
