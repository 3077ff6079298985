import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common'
import { ApiBody, ApiTags } from '@nestjs/swagger'
import type { RequestCause } from '@waybill/kernel'
import { BulkRoute, Caused, Cursors, limitOf, onlyParameters, Roles, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ChannelStore } from '../channels/channel.store.js'
import type { Channel } from '../channels/channel.js'
import { DeclareChannels } from '../use-cases/declare-channels.js'
import { onlyOf, outcomesOf, rowsOf } from './answers.js'
import { ChannelRequest, ChannelRows } from './catalogue.requests.js'

/** The ways customers order by. */
@ApiTags('channels')
@Controller('v1/channels')
export class ChannelsController {
  constructor(
    private readonly declareChannels: DeclareChannels,
    private readonly store: ChannelStore,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Roles('agent', 'operator', 'channel')
  async list(@Query() query: QueryParameters) {
    onlyParameters(query, ['limit', 'cursor'])
    const limit = limitOf(query)
    const [after] = this.cursors.read('channels', query) ?? []
    const rows = await this.store.list(after as string | undefined, limit + 1)
    const { items, next } = this.cursors.page('channels', rows, limit, ({ code }) => [code])
    return { items: items.map(shown), next }
  }

  @Post()
  @Roles('operator')
  @ApiBody({ type: ChannelRequest })
  async declare(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const { result, replayed } = await this.declareChannels.run(cause, [request.body])
    const answer = onlyOf(result)
    if (replayed) void reply.header('Idempotent-Replayed', 'true')
    void reply.code(answer.status === 'created' ? 201 : 200)
    return answer
  }

  @Post('import')
  @HttpCode(200)
  @BulkRoute()
  @Roles('operator')
  @ApiBody({ type: ChannelRows })
  async import(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const { result, replayed } = await this.declareChannels.run(cause, rowsOf(request.body))
    if (replayed) void reply.header('Idempotent-Replayed', 'true')
    return { outcomes: outcomesOf(result) }
  }
}

const shown = ({ shipping, ...channel }: Channel) => ({
  ...channel,
  shipping:
    shipping.kind === 'flat'
      ? { ...shipping, charges: shipping.charges.map((charge) => ({ ...charge, chargeMinor: Number(charge.chargeMinor), freeFromMinor: charge.freeFromMinor === null ? null : Number(charge.freeFromMinor) })) }
      : shipping,
})
