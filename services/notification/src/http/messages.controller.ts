import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { asId, type OrderId, type RequestCause } from '@waybill/kernel'
import { Caused, Cursors, filterOf, limitOf, onlyParameters, Problem, replied, Roles, uuidOf, wordOf, type Page, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { messageStatuses, type MessageId, type MessageStatus } from '../messages/message.js'
import { Messages, type MessageRow } from '../messages/messages.js'
import { SendAgain } from '../use-cases/send-again.js'

/** What was told to customers, and what could not be. Names and addresses are not part of it. */
@ApiTags('messages')
@Roles('agent', 'operator')
@Controller('v1/messages')
export class MessagesController {
  constructor(
    private readonly messages: Messages,
    private readonly again: SendAgain,
    private readonly cursors: Cursors,
  ) {}

  /** Messages, the newest first. Filters: `order`, `status`. */
  @Get()
  async list(@Query() query: QueryParameters): Promise<Page<MessageRow>> {
    onlyParameters(query, ['order', 'status', 'limit', 'cursor'])
    const order = filterOf(query, 'order', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const status = wordOf(query, 'status', messageStatuses)
    const limit = limitOf(query)
    const name = JSON.stringify(['messages', order, status])
    const [after] = this.cursors.read(name, query) ?? []
    const rows = await this.messages.list({
      ...(order === undefined ? {} : { order: asId<OrderId>(order) }),
      ...(status === undefined ? {} : { status }),
      ...(after === undefined ? {} : { after: asId<MessageId>(String(after)) }),
      limit: limit + 1,
    })
    return this.cursors.page(name, rows, limit, ({ id }) => [id])
  }

  /** Sends again what failed, or what nobody knows the end of. What was sent is not sent again. */
  @Post(':id/send-again')
  @HttpCode(202)
  async sendAgain(@Param('id') id: string, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ readonly status: MessageStatus }> {
    const result = replied(reply, await this.again.run({ cause, message: asId<MessageId>(uuidOf(id)) }))
    if (!result) throw new Problem('not-found')
    return result
  }
}
