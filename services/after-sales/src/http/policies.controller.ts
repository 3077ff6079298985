import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common'
import type { BusinessDate, RequestCause } from '@waybill/kernel'
import { BulkRoute, Caused, onlyParameters, Problem, replied, Roles, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { PolicyStore, type WriteOutcome, type WrittenPolicy } from '../policies/policy.store.js'
import type { ReturnPolicy } from '../policies/return-policy.js'
import { WritePolicies } from '../use-cases/write-policies.js'
import { ImportPoliciesRequest, PolicyRequest } from './policies.requests.js'

/** The company's rules on returns, as data. */
@Controller('v1/policies')
export class PoliciesController {
  constructor(
    private readonly writePolicies: WritePolicies,
    private readonly policies: PolicyStore,
  ) {}

  @Get()
  @Roles('agent', 'operator')
  async list(@Query() query: QueryParameters): Promise<{ items: readonly ReturnPolicy[] }> {
    onlyParameters(query, [])
    return { items: await this.policies.list() }
  }

  @Post('import')
  @Roles('operator')
  @BulkRoute()
  async import(@Body() body: ImportPoliciesRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ outcomes: readonly (WriteOutcome & { row: number })[] }> {
    const written = await this.writePolicies.run(cause, body.rows.map(toPolicy))
    const outcomes = replied(reply, { result: written.outcomes, replayed: written.replayed })
    return { outcomes: outcomes.map((outcome, index) => ({ row: index, ...outcome })) }
  }
}

function toPolicy(row: PolicyRequest, index: number): WrittenPolicy {
  const scopeValue = row.scopeValue ?? ''
  if ((row.scope === 'all') !== (scopeValue === ''))
    throw new Problem('invalid-value', { errors: [{ pointer: `/rows/${index}/scopeValue`, code: 'invalid-value', detail: 'names what the scope is limited to; empty for all' }] })
  const validFrom = row.validFrom ?? '2000-01-01'
  if (row.validTo != null && row.validTo < validFrom)
    throw new Problem('invalid-value', { errors: [{ pointer: `/rows/${index}/validTo`, code: 'invalid-value', detail: `the last day; the first is ${validFrom}` }] })
  return {
    policy: row.policy,
    scope: row.scope,
    scopeValue,
    validFrom: validFrom as BusinessDate,
    validTo: (row.validTo ?? null) as BusinessDate | null,
    windowDays: row.windowDays,
    excluded: row.excluded ?? false,
    autoApprove: row.autoApprove ?? true,
    refundShipping: row.refundShipping ?? false,
    fees: row.fees ?? [],
  }
}
