import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { RequestCause } from '@waybill/kernel'
import { BulkRoute, Caused, Cursors, filterOf, limitOf, onlyParameters, Problem, readRows, replied, Roles, type Page, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import type { Lane } from '../lanes/lane.js'
import { Lanes } from '../lanes/lanes.js'
import { KeepLanes, type LaneRowResult } from '../use-cases/keep-lanes.js'
import { ImportLanesRequest, LaneRowRequest, ReplaceLaneRequest, toLaneService } from './lanes.requests.js'

/** What became of one row of a file. */
interface RowOutcome extends LaneRowResult {
  readonly row: number
  readonly pointer?: string
}

@ApiTags('lanes')
@Controller('v1/lanes')
export class LanesController {
  constructor(
    private readonly keepLanes: KeepLanes,
    private readonly lanes: Lanes,
    private readonly cursors: Cursors,
  ) {}

  /** Lanes with their services and prices. Filters: `location`, `country`. */
  @Get()
  @Roles('operator', 'agent')
  async list(@Query() query: QueryParameters): Promise<Page<Lane>> {
    onlyParameters(query, ['location', 'country', 'limit', 'cursor'])
    const location = filterOf(query, 'location')
    const country = filterOf(query, 'country', /^([A-Z]{2}|\*)$/)
    const limit = limitOf(query)
    const name = JSON.stringify(['lanes', location, country])
    const after = this.cursors.read(name, query)
    const rows = await this.lanes.list({
      ...(location === undefined ? {} : { location }),
      ...(country === undefined ? {} : { country }),
      ...(after ? { after: [String(after[0]), String(after[1])] as const } : {}),
      limit: limit + 1,
    })
    return this.cursors.page(name, rows, limit, (lane) => [lane.location, lane.country])
  }

  /** Replaces all services of a lane; the same again changes nothing. */
  @Put(':location/:country')
  @Roles('operator')
  async replace(
    @Param('location') location: string,
    @Param('country') country: string,
    @Body() body: ReplaceLaneRequest,
    @Caused() cause: RequestCause,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LaneRowResult> {
    if (location.length > 64 || !/^([A-Z]{2}|\*)$/.test(country)) throw new Problem('invalid-id', { detail: 'Expected /v1/lanes/<location>/<country or *>' })
    const answered = await this.keepLanes.replace({ cause, location, country, currency: body.currency, services: body.services.map(toLaneService) })
    const result = replied(reply, answered)
    if (result.status === 'refused') throw new Problem(refusalCode(result.code), result.detail === undefined ? {} : { detail: result.detail })
    return result
  }

  /** Rows of a file of lanes, at most 500, each answered; the same rows again change nothing. */
  @Post('import')
  @HttpCode(200)
  @BulkRoute()
  @Roles('operator')
  async import(@Body() body: ImportLanesRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ readonly outcomes: readonly RowOutcome[] }> {
    const { good, refused } = readRows(LaneRowRequest, body.rows)
    const lanes = good.map(({ value }) => ({ location: value.location, country: value.country, currency: value.currency, service: toLaneService(value) }))
    const results = replied(reply, await this.keepLanes.import({ cause, rows: lanes }))
    const done = good.map(({ row }, place): RowOutcome => ({ row, ...(results[place] ?? { status: 'refused', code: 'invalid-request' }) }))
    return { outcomes: [...refused, ...done].sort((one, other) => one.row - other.row) }
  }
}

const refusalCode = (code: string | undefined) => (code === 'currency-mismatch' || code === 'transit-days-not-ascending' || code === 'too-many-services' ? code : 'invalid-request')
