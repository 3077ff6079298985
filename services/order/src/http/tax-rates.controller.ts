import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common'
import { ApiBody, ApiTags } from '@nestjs/swagger'
import type { RequestCause } from '@waybill/kernel'
import { Caused, onlyParameters, Roles, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PriceStore } from '../pricing/price.store.js'
import { DeclareTaxRates } from '../use-cases/declare-tax-rates.js'
import { onlyOf, outcomesOf, rowsOf } from './answers.js'
import { TaxRateRequest, TaxRateRows } from './catalogue.requests.js'

/** Tax rates by country, region and category, from a moment on. */
@ApiTags('tax rates')
@Controller('v1/tax-rates')
export class TaxRatesController {
  constructor(
    private readonly declareTaxRates: DeclareTaxRates,
    private readonly store: PriceStore,
  ) {}

  /** All of them: the world has a few hundred. */
  @Get()
  @Roles('agent', 'operator')
  async list(@Query() query: QueryParameters) {
    onlyParameters(query, [])
    const rates = await this.store.taxRates()
    return { items: rates.map(({ ratePpm, effectiveFrom, ...rate }) => ({ ...rate, ratePercent: String(ratePpm / 10_000), from: effectiveFrom.toISOString() })), next: null }
  }

  @Post()
  @Roles('operator')
  @ApiBody({ type: TaxRateRequest })
  async declare(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const { result, replayed } = await this.declareTaxRates.run(cause, [request.body])
    const { effectiveFrom, ...answer } = onlyOf(result)
    if (replayed) void reply.header('Idempotent-Replayed', 'true')
    void reply.code(answer.status === 'created' ? 201 : 200)
    return { ...answer, from: effectiveFrom }
  }

  @Post('import')
  @HttpCode(200)
  @Roles('operator')
  @ApiBody({ type: TaxRateRows })
  async import(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const { result, replayed } = await this.declareTaxRates.run(cause, rowsOf(request.body))
    if (replayed) void reply.header('Idempotent-Replayed', 'true')
    return { outcomes: outcomesOf(result) }
  }
}
