import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common'
import { asId, crashPoint, type OrderId, type RequestCause, type ReturnId } from '@waybill/kernel'
import { BulkRoute, Caused, Cursors, filterOf, limitOf, Links, onlyParameters, Problem, Public, replied, Roles, wordOf, type Page, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { CareQueries, type ReturnableLine, type ReturnView } from '../care/care.queries.js'
import type { Answered } from '../care/care.store.js'
import type { ReturnAnswer } from '../returns/request-return.js'
import { returnTransitions } from '../returns/return.js'
import type { WorkAnswer } from '../returns/work-return.js'
import { RequestReturn } from '../use-cases/request-return.js'
import { WorkReturn } from '../use-cases/work-return.js'
import { AgentReturnRequest, CustomerReturnRequest, DecideReturnRequest, InspectReturnRequest, ReceiveReturnRequest } from './returns.requests.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const idOf = <Id extends string>(text: string): Id => {
  if (!UUID.test(text)) throw new Problem('invalid-id')
  return text as Id
}

/** Returns: asked for by customers and agents, received, inspected, refunded. */
@Controller('v1/returns')
export class ReturnsController {
  constructor(
    private readonly requestReturn: RequestReturn,
    private readonly workReturn: WorkReturn,
    private readonly queries: CareQueries,
    private readonly cursors: Cursors,
    private readonly links: Links,
  ) {}

  /** What a customer can send back, by the link in his mail. */
  @Get('link/:token')
  @Public()
  async returnable(@Param('token') token: string): Promise<{ order: string; lines: readonly ReturnableLine[] }> {
    const { id } = this.links.read(token, 'return')
    const lines = await this.queries.returnable(id)
    if (!lines) throw new Problem('order-not-known')
    return { order: id, lines }
  }

  @Post('link/:token')
  @Public()
  async byCustomer(@Param('token') token: string, @Body() body: CustomerReturnRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<ReturnAnswer> {
    const { id } = this.links.read(token, 'return')
    return answer(reply, await this.requestReturn.run({ cause, order: asId<OrderId>(id), by: 'customer', lines: body.lines }))
  }

  @Post()
  @Roles('agent')
  async byAgent(@Body() body: AgentReturnRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<ReturnAnswer> {
    return answer(reply, await this.requestReturn.run({ cause, order: asId<OrderId>(body.order), by: 'agent', lines: body.lines }))
  }

  @Get()
  @Roles('agent', 'operator', 'receiver')
  async list(@Query() query: QueryParameters): Promise<Page<ReturnView>> {
    onlyParameters(query, ['order', 'status', 'limit', 'cursor'])
    const order = filterOf(query, 'order', UUID)
    const status = wordOf(query, 'status', Object.keys(returnTransitions))
    const limit = limitOf(query)
    const list = `returns ${order ?? ''} ${status ?? ''}`
    const after = this.cursors.read(list, query)?.[0]
    const rows = await this.queries.returns({ order, status }, { after: typeof after === 'string' ? after : null, limit: limit + 1 })
    return this.cursors.page(list, rows, limit, (row) => [row.return])
  }

  @Post(':id/decision')
  @Roles('agent')
  async decide(@Param('id') id: string, @Body() body: DecideReturnRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return answer(reply, await this.workReturn.decide({ cause, id: idOf<ReturnId>(id), isApproved: body.approve, why: body.why }))
  }

  @Post(':id/receipts')
  @Roles('receiver', 'operator')
  @BulkRoute()
  async receive(@Param('id') id: string, @Body() body: ReceiveReturnRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    const received = await this.workReturn.receive({ cause, id: idOf<ReturnId>(id), location: body.location, lines: body.lines })
    crashPoint('C33-return-received')
    return answer(reply, received)
  }

  @Post(':id/inspections')
  @Roles('receiver', 'operator')
  async inspect(@Param('id') id: string, @Body() body: InspectReturnRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    const inspected = await this.workReturn.inspect({ cause, id: idOf<ReturnId>(id), lines: body.lines })
    crashPoint('C32-refund-intent')
    return answer(reply, inspected)
  }
}

/** The answer to what was asked; a refusal becomes its problem. A policy's no is an answer, not a problem. */
function answer<R extends ReturnAnswer | WorkAnswer>(reply: FastifyReply, outcome: Answered<R>): R {
  const result = replied(reply, outcome)
  if (result.status !== 'refused') return result
  const detail = 'detail' in result ? result.detail : `${result.returnableUnits} unit(s) of line ${result.line ?? '-'} can be returned`
  throw new Problem(result.code, { detail })
}
