import { Controller, Get, Header, Param } from '@nestjs/common'
import { Links, Problem, Public } from '@waybill/service-kit'
import { CareQueries } from '../care/care.queries.js'
import { feedbackPage, returnPage } from './customer-pages.js'

/** The two pages behind the links in a customer's mail. */
@Controller()
export class CustomerPagesController {
  constructor(
    private readonly links: Links,
    private readonly queries: CareQueries,
  ) {}

  @Get('f/:token')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  feedback(@Param('token') token: string): string {
    this.links.read(token, 'feedback')
    return feedbackPage(token)
  }

  @Get('r/:token')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  async return(@Param('token') token: string): Promise<string> {
    const { id } = this.links.read(token, 'return')
    const lines = await this.queries.returnable(id)
    if (!lines) throw new Problem('order-not-known')
    return returnPage(token, lines)
  }
}
