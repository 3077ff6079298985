import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common'
import { MessageRefused, type HeldMessage, type HistoryLine, type Messaging, type ParkedCause, type ParkedKey, type StoredMessage } from '@waybill/messaging'
import { Cursors, filterOf, limitOf, onlyParameters, type Page, type QueryParameters } from '../paging.js'
import { rowNumberOf } from '../path.js'
import { actorOf, type Principal } from '../principal.js'
import { Problem } from '../problem.js'
import { Roles, Who } from '../route.decorators.js'
import { MESSAGING } from '../tokens.js'
import { EditParkedRequest, ReasonRequest, RetryParkedRequest } from './parked.requests.js'

/** One less than messaging lists at once: one more than asked for tells whether there is a next page. */
const LIST_MAX = 199

/** Messages that could not be handled: each waits by its key, and those behind it in order. */
@Roles('operator')
@Controller('ops/parked')
export class ParkedController {
  constructor(
    @Inject(MESSAGING) private readonly messaging: Messaging,
    private readonly cursors: Cursors,
  ) {}

  /** Parked keys. Filters: `topic`, `key`, `code`. */
  @Get()
  async keys(@Query() query: QueryParameters): Promise<Page<ParkedKey>> {
    onlyParameters(query, ['topic', 'key', 'code', 'limit', 'cursor'])
    const filters = filtersOf(query, ['topic', 'key', 'code'])
    const limit = limitOf(query, { max: LIST_MAX })
    const list = JSON.stringify(['parked', filters])
    const [after] = this.cursors.read(list, query) ?? []
    const keys = await this.messaging.operations.parkedKeys({ ...filters, ...(typeof after === 'string' ? { after } : {}), limit: limit + 1 })
    return this.cursors.page(list, keys, limit, ({ topic, key }) => [`${topic}/${key}`])
  }

  /** Why keys wait, the most keys first: what a retry by `code` would wake. */
  @Get('causes')
  async causes(@Query() query: QueryParameters): Promise<{ items: readonly ParkedCause[] }> {
    onlyParameters(query, [])
    return { items: await this.messaging.operations.parkedCauses() }
  }

  /** The messages of one parked key (`topic` and `key`), in their order. Those with personal data without it. */
  @Get('messages')
  async messages(@Query() query: QueryParameters): Promise<Page<StoredMessage>> {
    onlyParameters(query, ['topic', 'key', 'limit', 'cursor'])
    const { topic, key } = keyOf(query)
    const limit = limitOf(query, { max: LIST_MAX })
    const list = JSON.stringify(['parked messages', topic, key])
    const [after] = this.cursors.read(list, query) ?? []
    const messages = await this.messaging.operations.parkedMessages(topic, key, { ...(typeof after === 'string' ? { after } : {}), limit: limit + 1 })
    return this.cursors.page(list, messages, limit, ({ id }) => [id])
  }

  /** One message, parked or skipped, with its history. What is sealed is opened for operators, and who read it is written down. */
  @Get('messages/:id')
  async message(@Param('id') id: string, @Who() who: Principal): Promise<HeldMessage> {
    const message = await this.messaging.operations.parkedMessage(rowNumberOf(id), actorOf(who))
    if (!message) throw new Problem('not-parked')
    return message
  }

  /** All that happened under a key (`topic` and `key`), to what was handled in the end too, the oldest first. */
  @Get('history')
  async history(@Query() query: QueryParameters): Promise<{ items: readonly HistoryLine[] }> {
    onlyParameters(query, ['topic', 'key'])
    const { topic, key } = keyOf(query)
    return { items: await this.messaging.operations.parkedHistory(topic, key) }
  }

  /** Tries again now: one key (`topic` and `key`), or all keys with this `code`, of one `topic` if named. */
  @Post('retry')
  @HttpCode(200)
  async retry(@Body() { topic, key, code, why }: RetryParkedRequest, @Who() who: Principal): Promise<{ keys: number }> {
    const by = { who: actorOf(who), why }
    if (topic !== undefined && key !== undefined) return { keys: await this.messaging.operations.retryParked({ topic, key }, by) }
    if (code !== undefined && key === undefined) return { keys: await this.messaging.operations.retryParked({ code, ...(topic === undefined ? {} : { topic }) }, by) }
    throw new Problem('invalid-request', { detail: 'Name topic and key, or a code' })
  }

  /** Corrects a parked message, then tries again. */
  @Post('messages/:id/edit')
  @HttpCode(200)
  async edit(@Param('id') id: string, @Body() { payload, why }: EditParkedRequest, @Who() who: Principal): Promise<{ id: string }> {
    const edited = await this.messaging.operations.editParked(rowNumberOf(id), payload, { who: actorOf(who), why }).catch(refusedMessage)
    if (!edited) throw new Problem('not-parked')
    return { id }
  }

  /** Gives a parked message up; those behind it go on. */
  @Post('messages/:id/skip')
  @HttpCode(200)
  async skip(@Param('id') id: string, @Body() { why }: ReasonRequest, @Who() who: Principal): Promise<{ id: string }> {
    if (!(await this.messaging.operations.skipParked(rowNumberOf(id), { who: actorOf(who), why }))) throw new Problem('not-parked')
    return { id }
  }
}

function refusedMessage(error: unknown): never {
  throw error instanceof MessageRefused ? new Problem('invalid-message', { detail: error.message, cause: error }) : error
}

function keyOf(query: QueryParameters): { topic: string; key: string } {
  const { topic, key } = filtersOf(query, ['topic', 'key'])
  if (topic === undefined || key === undefined) throw new Problem('invalid-filter', { detail: 'topic and key are needed' })
  return { topic, key }
}

function filtersOf<const Name extends string>(query: QueryParameters, names: readonly Name[]): { [N in Name]?: string } {
  const given: { [N in Name]?: string } = {}
  for (const name of names) {
    const value = filterOf(query, name)
    if (value !== undefined) given[name] = value
  }
  return given
}
