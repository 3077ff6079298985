import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common'
import { asId, type LocationId, type RequestCause } from '@waybill/kernel'
import { BulkRoute, Caused, Cursors, filterOf, limitOf, onlyParameters, replied, Roles, type Page, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { standardWalkPosition, unknownBin, WALK_END, type Bin } from '../bins/bin.js'
import { FloorQueries, type BinRow as BinView, type MaterialRow } from '../floor/floor.queries.js'
import type { BoxSize } from '../packing/material.js'
import type { MaterialSetup } from '../packing/packing.store.js'
import { SetUpFloor } from '../use-cases/set-up-floor.js'
import { ImportRequest, importRows, type ImportAnswer } from './rows.js'
import { isRuleUse } from './rule-shape.js'
import { BinRow, MaterialImportRow, MaterialRuleRow } from './setup.requests.js'

/** Bins, packing materials, and the rules that choose them. */
@Controller('v1')
export class SetupController {
  constructor(
    private readonly setUpFloor: SetUpFloor,
    private readonly queries: FloorQueries,
    private readonly cursors: Cursors,
  ) {}

  @Get('bins')
  @Roles('operator', 'receiver', 'picker', 'packer', 'agent')
  async bins(@Query() query: QueryParameters): Promise<Page<BinView>> {
    onlyParameters(query, ['location', 'product', 'limit', 'cursor'])
    const [location, product, limit] = [filterOf(query, 'location'), filterOf(query, 'product'), limitOf(query)]
    const list = `bins ${location ?? ''} ${product ?? ''}`
    const [place, bin] = this.cursors.read(list, query) ?? []
    const after = typeof place === 'string' && typeof bin === 'string' ? ([place, bin] as const) : null
    return this.cursors.page(list, await this.queries.bins({ location, product }, after, limit + 1), limit, (row) => [row.location, row.code])
  }

  @Post('bins/import')
  @Roles('operator')
  @BulkRoute()
  importBins(@Body() { rows }: ImportRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<ImportAnswer> {
    return importRows(rows, BinRow, binOf, async (bins) => replied(reply, await this.setUpFloor.bins(cause, bins)) ?? [])
  }

  @Get('materials')
  @Roles('operator', 'packer', 'agent')
  async materials(@Query() query: QueryParameters): Promise<Page<MaterialRow>> {
    onlyParameters(query, ['limit', 'cursor'])
    const limit = limitOf(query)
    const after = this.cursors.read('materials', query)?.[0]
    return this.cursors.page('materials', await this.queries.materials(typeof after === 'string' ? after : null, limit + 1), limit, (row) => [row.material])
  }

  @Post('materials/import')
  @Roles('operator')
  @BulkRoute()
  importMaterials(@Body() { rows }: ImportRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<ImportAnswer> {
    return importRows(rows, MaterialImportRow, setupOf, async (setups) => replied(reply, await this.setUpFloor.materials(cause, setups)) ?? [])
  }

  @Get('material-rules')
  @Roles('operator', 'packer', 'agent')
  async rules(@Query() query: QueryParameters): Promise<{ items: readonly object[] }> {
    onlyParameters(query, [])
    return { items: await this.queries.rules() }
  }

  @Post('material-rules/import')
  @Roles('operator')
  @BulkRoute()
  importRules(@Body() { rows }: ImportRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<ImportAnswer> {
    return importRows(
      rows,
      MaterialRuleRow,
      ({ handling, position, instruction, rule }) => ({ handling, position, instruction, ...(isRuleUse(rule) ? rule : { use: 'fill' as const, percent: 100 }) }),
      async (rules) => replied(reply, await this.setUpFloor.rules(cause, rules)) ?? [],
    )
  }
}

const binOf = ({ location, code, kind, aisle = '', bay = 0, level = 0, walkPosition }: BinRow): Bin => ({
  location: asId<LocationId>(location),
  code,
  kind: kindOf(asId<LocationId>(location), code, kind ?? 'pick'),
  aisle,
  bay,
  level,
  walkPosition: walkPosition ?? (aisle === '' ? WALK_END : standardWalkPosition(aisle, bay)),
})

/** What a location's own bins (RECEIVING, DISCREPANCY, BLOCKED) are for is not up to a file. */
function kindOf(location: LocationId, code: string, asked: Bin['kind']): Bin['kind'] {
  const own = unknownBin(location, code).kind
  return own === 'pick' ? asked : own
}

const setupOf = ({ material, name, kind, gramsPerUnit, location, units, receipt, ...sides }: MaterialImportRow): MaterialSetup => ({
  material: { material, name, kind, gramsPerUnit, box: isBox(sides) ? boxOf(sides) : null },
  receipt: location !== undefined && units !== undefined && receipt !== undefined ? { location: asId<LocationId>(location), units, number: receipt } : null,
})

const isBox = (sides: Partial<BoxSize>): sides is BoxSize => sides.innerLengthMm !== undefined && sides.outerHeightMm !== undefined

const boxOf = ({ innerLengthMm, innerWidthMm, innerHeightMm, outerLengthMm, outerWidthMm, outerHeightMm }: BoxSize): BoxSize => ({
  innerLengthMm, innerWidthMm, innerHeightMm, outerLengthMm, outerWidthMm, outerHeightMm,
})
