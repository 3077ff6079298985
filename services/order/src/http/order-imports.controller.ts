import { Controller, Get, Header, Param, Post, Req, Res, StreamableFile } from '@nestjs/common'
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { RequestCause } from '@waybill/kernel'
import { Caused, Problem, Roles, StreamBody, uuidOf, Who, type Principal } from '@waybill/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { columnsExplained, type FileRefusal } from '../imports/columns.js'
import { reportHeader, reportLines } from '../imports/error-report.js'
import { ImportStore } from '../imports/import.store.js'
import { ImportOrders } from '../use-cases/import-orders.js'

const fileForm =
  'CSV (UTF-8; comma, semicolon or tab; a header; one row per ordered line, the rows of one order together) or NDJSON (one order per line, as POST /v1/orders takes it). ' +
  'Nothing starts before the file is whole; then orders are captured in its order. Orders that are refused stand with all their rows in the errors report, which can be corrected and loaded as it is.'

/** The door for files. */
@ApiTags('orders')
@Controller('v1/orders/imports')
export class OrderImportsController {
  constructor(
    private readonly importOrders: ImportOrders,
    private readonly store: ImportStore,
  ) {}

  /** Takes a file of orders: text/csv (one row per ordered line) or application/x-ndjson (one order per line). 202 once it is whole. */
  @Post()
  @StreamBody()
  @Roles('channel', 'agent', 'operator')
  @ApiOperation({ summary: 'Takes a file of orders', description: `${fileForm}\n\nColumns of CSV:\n\n${columnsExplained}` })
  @ApiConsumes('text/csv', 'application/x-ndjson')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  async upload(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Who() principal: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    if (!(request.body instanceof Readable)) throw new Problem('body-required')
    const format = (request.headers['content-type'] ?? '').includes('ndjson') ? 'ndjson' : 'csv'
    const uploader = { cause, actor: cause.actor, onlyChannel: principal.channel }
    const uploaded = await this.importOrders.upload(wholeOf(request.body), format, uploader)
    if ('refused' in uploaded) throw fileProblem(uploaded.refused)
    if (uploaded.replayed) void reply.header('Idempotent-Replayed', 'true')
    const { id, alreadyImported } = uploaded.result
    void reply.code(202).header('Location', `/v1/orders/imports/${id}`)
    return { ...(await this.progressOf(id, principal)), alreadyImported }
  }

  /** How far an import is. */
  @Get(':import')
  @Roles('channel', 'agent', 'operator')
  async progress(@Param('import') id: string, @Who() principal: Principal) {
    return this.progressOf(uuidOf(id), principal)
  }

  /** The refused orders with all their rows, and what is wrong: to be corrected and loaded again as it is. */
  @Get(':import/errors')
  @Roles('channel', 'agent', 'operator')
  @Header('Content-Type', 'text/csv; charset=utf-8')
  async errors(@Param('import') id: string, @Who() principal: Principal) {
    const { import: found } = await this.progressOf(uuidOf(id), principal)
    return new StreamableFile(Readable.from(this.report(found)), { type: 'text/csv; charset=utf-8', disposition: `attachment; filename="errors-${found}.csv"` })
  }

  private async *report(id: string): AsyncIterable<string> {
    const columns = await this.store.columns(id)
    yield reportHeader(columns)
    for await (const page of this.store.errors(id)) yield page.map((error) => reportLines(error, columns)).join('')
  }

  private async progressOf(id: string, principal: Principal) {
    const progress = await this.store.progress(id, principal.channel)
    if (!progress) throw new Problem('import-not-found')
    return progress
  }
}

const fileProblem = ({ code, detail }: FileRefusal): Problem => new Problem(code, { detail, ...(code === 'invalid-encoding' ? { status: 422 } : {}) })

/** The bytes of an upload. Throws: Problem malformed-request if the connection broke before its end. */
async function* wholeOf(body: Readable): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk as Buffer
  } catch (cause) {
    throw new Problem('malformed-request', { detail: 'The file ended early', cause })
  }
}
