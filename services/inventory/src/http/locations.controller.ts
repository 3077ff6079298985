import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { asId, type BusinessDate, type LocationId, type RequestCause } from '@waybill/kernel'
import { BulkRoute, Caused, Cursors, limitOf, onlyParameters, Problem, replied, Roles, type QueryParameters, outcomesOf, readRows } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { handlingClasses, type LocationDetails } from '../locations/location.js'
import { LocationStore } from '../locations/location.store.js'
import { SaveLocations } from '../use-cases/save-locations.js'
import { ImportLocationsRequest, LocationRequest, LocationRowRequest } from './locations.requests.js'

/** The sites that ship. */
@ApiTags('locations')
@Controller('v1/locations')
export class LocationsController {
  constructor(
    private readonly saveLocations: SaveLocations,
    private readonly locations: LocationStore,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Roles('agent', 'operator', 'receiver', 'picker', 'packer', 'channel')
  async list(@Query() query: QueryParameters) {
    onlyParameters(query, ['limit', 'cursor'])
    const limit = limitOf(query)
    const [after] = this.cursors.read('locations', query) ?? []
    const rows = await this.locations.list(after === undefined ? undefined : asId(String(after)), limit + 1)
    return this.cursors.page('locations', rows, limit, ({ location }) => [location])
  }

  @Get(':location')
  @Roles('agent', 'operator', 'receiver', 'picker', 'packer', 'channel')
  async one(@Param('location') location: string) {
    const found = await this.locations.find(asId(location))
    if (!found) throw new Problem('location-not-found')
    return found
  }

  /** Creates the location, or changes it to exactly this. */
  @Put(':location')
  @Roles('operator')
  async save(@Param('location') location: string, @Body() body: LocationRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    if (!/^\P{Cc}{1,64}$/u.test(location)) throw new Problem('invalid-id')
    const [saved] = replied(reply, await this.saveLocations.run([toDetails(asId(location), body)], cause))
    return { ...saved?.location, status: saved?.did }
  }

  @Post('import')
  @HttpCode(200)
  @BulkRoute()
  @Roles('operator')
  async import(@Body() { rows }: ImportLocationsRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const read = readRows(LocationRowRequest, rows)
    const saved = replied(reply, await this.saveLocations.run(read.good.map(({ value }) => toDetails(asId(value.location), value)), cause))
    return { outcomes: outcomesOf(read.refused, saved.map(({ did }, row) => ({ row, status: did })), read) }
  }

  /** Tells the other services again where everything is, from the table: for a topic that was lost. */
  @Post('publish-again')
  @HttpCode(200)
  @Roles('operator')
  async publishAgain(@Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    return { published: replied(reply, await this.saveLocations.tellAgain(cause)) }
  }
}

const toDetails = (location: LocationId, body: LocationRequest): LocationDetails => ({
  location,
  name: body.name,
  zone: body.zone,
  country: body.country,
  postalCode: body.postalCode,
  city: body.city,
  street: body.street ?? null,
  ships: body.ships ?? true,
  handling: body.handling ?? handlingClasses,
  handlingDays: body.handlingDays ?? 0,
  calendar: {
    workdays: body.calendar?.workdays ?? [1, 2, 3, 4, 5],
    opens: body.calendar?.opens ?? '08:00',
    closes: body.calendar?.closes ?? '18:00',
    holidays: (body.calendar?.holidays ?? []) as BusinessDate[],
  },
})
