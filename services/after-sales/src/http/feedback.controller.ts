import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common'
import type { RequestCause } from '@waybill/kernel'
import { Caused, Cursors, filterOf, limitOf, Links, onlyParameters, Problem, Public, replied, Roles, type Page, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { CareQueries, type FeedbackView } from '../care/care.queries.js'
import { AnswerFeedback } from '../use-cases/answer-feedback.js'
import { FeedbackRequest } from './feedback.requests.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Feedback: answered by the link in the customer's mail, read by order, product, package and carrier. */
@Controller('v1/feedback')
export class FeedbackController {
  constructor(
    private readonly answerFeedback: AnswerFeedback,
    private readonly queries: CareQueries,
    private readonly cursors: Cursors,
    private readonly links: Links,
  ) {}

  @Post('link/:token')
  @Public()
  async answer(@Param('token') token: string, @Body() body: FeedbackRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: 'received' }> {
    const { id } = this.links.read(token, 'feedback')
    const result = replied(
      reply,
      await this.answerFeedback.run({ cause, feedback: id, answer: { csat: body.csat, nps: body.nps ?? null, causes: body.causes ?? [], text: body.text ?? '' } }),
    )
    if (result.status === 'refused') throw new Problem(result.code)
    return result
  }

  @Get()
  @Roles('agent', 'operator')
  async list(@Query() query: QueryParameters): Promise<Page<FeedbackView>> {
    onlyParameters(query, ['order', 'product', 'package', 'carrier', 'limit', 'cursor'])
    const filter = { order: filterOf(query, 'order', UUID), product: filterOf(query, 'product'), package: filterOf(query, 'package'), carrier: filterOf(query, 'carrier') }
    const limit = limitOf(query)
    const list = `feedback ${JSON.stringify(filter)}`
    const after = this.cursors.read(list, query)?.[0]
    const rows = await this.queries.feedback(filter, { after: typeof after === 'string' ? after : null, limit: limit + 1 })
    return this.cursors.page(list, rows, limit, (row) => [row.feedback])
  }
}
