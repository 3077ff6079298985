import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common'
import type { HeldMessage, Messaging, QuarantineCause, Redriven, StoredMessage } from '@waybill/messaging'
import { Cursors, filterOf, limitOf, onlyParameters, wordOf, type Page, type QueryParameters } from '../paging.js'
import { rowNumberOf } from '../path.js'
import { actorOf, type Principal } from '../principal.js'
import { Problem } from '../problem.js'
import { Roles, Who } from '../route.decorators.js'
import { MESSAGING } from '../tokens.js'
import { AcceptLossRequest, EditQuarantinedRequest, QuarantinedRequest } from './quarantine.requests.js'

/** One less than messaging lists at once: one more than asked for tells whether there is a next page. */
const LIST_MAX = 199

/** Records that could not even be read as a message of ours. They block nobody. */
@Roles('operator')
@Controller('ops/quarantine')
export class QuarantineController {
  constructor(
    @Inject(MESSAGING) private readonly messaging: Messaging,
    private readonly cursors: Cursors,
  ) {}

  /** Filters: `status` (open, done, discarded), `code`, `topic`. */
  @Get()
  async list(@Query() query: QueryParameters): Promise<Page<StoredMessage>> {
    onlyParameters(query, ['status', 'code', 'topic', 'limit', 'cursor'])
    const status = wordOf(query, 'status', ['open', 'done', 'discarded'])
    const [code, topic] = [filterOf(query, 'code'), filterOf(query, 'topic')]
    const filters = { ...(status && { status }), ...(code && { code }), ...(topic && { topic }) }
    const limit = limitOf(query, { max: LIST_MAX })
    const list = JSON.stringify(['quarantine', filters])
    const [after] = this.cursors.read(list, query) ?? []
    const messages = await this.messaging.operations.quarantined({ ...filters, ...(typeof after === 'string' ? { after } : {}), limit: limit + 1 })
    return this.cursors.page(list, messages, limit, ({ id }) => [id])
  }

  /** Why records lie open here, the most first. */
  @Get('causes')
  async causes(@Query() query: QueryParameters): Promise<{ items: readonly QuarantineCause[] }> {
    onlyParameters(query, [])
    return { items: await this.messaging.operations.quarantineCauses() }
  }

  /** One record with its history. What is sealed is opened for operators, and who read it is written down. */
  @Get(':id')
  async one(@Param('id') id: string, @Who() who: Principal): Promise<HeldMessage> {
    const message = await this.messaging.operations.quarantinedMessage(rowNumberOf(id), actorOf(who))
    if (!message) throw new Problem('not-found')
    return message
  }

  /** Takes them again, as they are: `ids`, or all with this `code`. */
  @Post('retry')
  @HttpCode(200)
  async retry(@Body() request: QuarantinedRequest, @Who() who: Principal): Promise<{ items: readonly Redriven[] }> {
    return { items: await this.messaging.operations.retryQuarantined(whichOf(request), byOf(request, who)) }
  }

  /** Corrects key, headers or payload, then takes it again. */
  @Post(':id/edit')
  @HttpCode(200)
  edit(@Param('id') id: string, @Body() { key, headers, payload, why }: EditQuarantinedRequest, @Who() who: Principal): Promise<Redriven> {
    const change = {
      ...(key === undefined ? {} : { key }),
      ...(headers === undefined ? {} : { headers }),
      ...(payload === undefined ? {} : { payload }),
    }
    return this.messaging.operations.editQuarantined(rowNumberOf(id), change, { who: actorOf(who), why })
  }

  /** Gives them up. */
  @Post('discard')
  @HttpCode(200)
  async discard(@Body() request: QuarantinedRequest, @Who() who: Principal): Promise<{ discarded: number }> {
    return { discarded: await this.messaging.operations.discardQuarantined(whichOf(request), byOf(request, who)) }
  }

  /** The broker lost records of this partition before we read them: go on behind the hole. */
  @Post('accept-loss')
  @HttpCode(200)
  async acceptLoss(@Body() { topic, partition, why }: AcceptLossRequest, @Who() who: Principal): Promise<object> {
    if (!(await this.messaging.operations.acceptLoss(topic, partition, { who: actorOf(who), why })))
      throw new Problem('not-lost', { detail: `Nothing that this service reads is lost in partition ${partition} of that topic` })
    return { topic, partition }
  }
}

const byOf = ({ why }: { why: string }, who: Principal) => ({ who: actorOf(who), why })

function whichOf({ ids, code }: QuarantinedRequest): { ids: readonly string[] } | { code: string } {
  if (ids !== undefined) return { ids }
  if (code !== undefined) return { code }
  throw new Problem('invalid-request', { detail: 'Name ids, or a code' })
}
