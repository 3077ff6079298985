import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common'
import { MessageRefused, type Messaging, type ParkedKey, type StoredMessage } from '@waybill/messaging'
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

  /** The messages of one parked key, in their order. */
  @Get('messages')
  async messages(@Query() query: QueryParameters): Promise<{ items: readonly StoredMessage[] }> {
    onlyParameters(query, ['topic', 'key'])
    const { topic, key } = filtersOf(query, ['topic', 'key'])
    if (topic === undefined || key === undefined) throw new Problem('invalid-filter', { detail: 'topic and key are needed' })
    return { items: await this.messaging.operations.parkedMessages(topic, key) }
  }

  /** Tries again now: one key (`topic` and `key`), or all keys with this `code`. */
  @Post('retry')
  @HttpCode(200)
  async retry(@Body() { topic, key, code, why }: RetryParkedRequest, @Who() who: Principal): Promise<{ keys: number }> {
    const by = { who: actorOf(who), why }
    if (topic !== undefined && key !== undefined) return { keys: await this.messaging.operations.retryParked({ topic, key }, by) }
    if (code !== undefined) return { keys: await this.messaging.operations.retryParked({ code }, by) }
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

function filtersOf<const Name extends string>(query: QueryParameters, names: readonly Name[]): { [N in Name]?: string } {
  const given: { [N in Name]?: string } = {}
  for (const name of names) {
    const value = filterOf(query, name)
    if (value !== undefined) given[name] = value
  }
  return given
}
