import { Controller, Get, Header, Param } from '@nestjs/common'
import { Links, Problem, Public } from '@waybill/service-kit'
import { readFileSync } from 'node:fs'
import { CareQueries } from '../care/care.queries.js'
import { feedbackPage, returnPage } from './customer-pages.js'

const asset = (name: string): string => readFileSync(new URL(`./customer-pages/${name}`, import.meta.url), 'utf8')
const style = asset('customer.css')
const script = asset('customer.js')

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

  @Get('customer.css')
  @Public()
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return style
  }

  @Get('customer.js')
  @Public()
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return script
  }
}
