import { Body, Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common'
import { onlyParameters, Problem, Roles, type QueryParameters } from '@waybill/service-kit'
import type { FastifyRequest } from 'fastify'
import { askAll, type FromService } from '../operations/held-everywhere.js'
import { Neighbours } from '../operations/neighbours.js'
import { RetryEverywhereRequest } from './held.requests.js'
import { headersOf } from './tasks.controller.js'

interface Causes {
  readonly items: readonly Readonly<Record<string, unknown>>[]
}

/** A cause with the service in which it was found. */
type CauseThere = Readonly<Record<string, unknown>> & { readonly service: string }

/** What waits for an operator in all services, by its cause. */
@Controller('v1/held')
@Roles('operator')
export class HeldController {
  constructor(private readonly neighbours: Neighbours) {}

  /** Why messages are parked and records lie in quarantine, service by service. */
  @Get()
  async causes(@Query() query: QueryParameters, @Req() request: FastifyRequest): Promise<{ parked: readonly CauseThere[]; quarantined: readonly CauseThere[]; unreachable: readonly string[] }> {
    onlyParameters(query, [])
    const ask = (path: string) => askAll<Causes>(this.neighbours, this.neighbours.names, { method: 'GET', path, headers: headersOf(request) })
    const [parked, quarantined] = await Promise.all([ask('/ops/parked/causes'), ask('/ops/quarantine/causes')])
    const unreachable = new Set([...parked, ...quarantined].flatMap((one) => ('unreachable' in one ? [one.service] : [])))
    return { parked: causesOf(parked), quarantined: causesOf(quarantined), unreachable: [...unreachable] }
  }

  /** Tries again what is parked for one cause, in all services or one: the number of keys in each. What a fix of today has mended. */
  @Post('retry')
  @HttpCode(200)
  async retry(@Body() { service, ...wanted }: RetryEverywhereRequest, @Req() request: FastifyRequest): Promise<{ items: readonly ({ service: string; keys: number } | { service: string; unreachable: string })[] }> {
    if (service !== undefined && !this.neighbours.names.includes(service)) throw new Problem('not-found', { detail: `There is no service ${service}` })
    const headers = { ...headersOf(request), 'content-type': 'application/json' }
    const answers = await askAll<{ keys: number }>(this.neighbours, service === undefined ? this.neighbours.names : [service], { method: 'POST', path: '/ops/parked/retry', headers, body: JSON.stringify(wanted) })
    return { items: answers.map((one) => ('answer' in one ? { service: one.service, keys: one.answer.keys } : one)) }
  }
}

const causesOf = (answers: readonly FromService<Causes>[]): readonly CauseThere[] =>
  answers.flatMap((one) => ('answer' in one ? one.answer.items.map((cause) => ({ ...cause, service: one.service })) : []))
