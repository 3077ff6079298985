import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common'
import { asId, type FulfillmentId, type LocationId, type RequestCause } from '@waybill/kernel'
import { Caused, Problem, replied, Roles, uuidOf, Who, type Principal } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { ClaimPacking, type ClaimedPacking } from '../use-cases/claim-packing.js'
import { HandOver, type HandedOver } from '../use-cases/hand-over.js'
import { WorkPackage, type AtPackage, type PackageAnswer } from '../use-cases/work-package.js'
import { answered } from './answers.js'
import { AtLocationRequest, HandOverRequest, PackShortRequest, ScanRequest, WeighRequest } from './floor.requests.js'
import { mayActForOthers, workerOf } from './picking.controller.js'

/** Packing at the desk, and the hand-over to carriers. */
@Controller('v1')
export class PackingController {
  constructor(
    private readonly claimPacking: ClaimPacking,
    private readonly workPackage: WorkPackage,
    private readonly handOver: HandOver,
  ) {}

  /** The fulfillment that waits longest with its packing plan, or the one the packer has begun; null when nothing is picked. */
  @Post('packing/claim')
  @HttpCode(200)
  @Roles('packer', 'operator')
  async claim(@Body() { location }: AtLocationRequest, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<ClaimedPacking> {
    return replied(reply, await this.claimPacking.run({ cause, location: asId<LocationId>(location), packer: workerOf(who) }))
  }

  @Post('packages/:id/scans')
  @HttpCode(200)
  @Roles('packer', 'operator')
  async scan(@Param('id') id: string, @Body() body: ScanRequest, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<PackageAnswer> {
    const { scanId, product, lot, units } = body
    return answered(reply, await this.workPackage.scan({ ...at(id, cause, who), scanId, scan: { product, lot: lot ?? null, units } }))
  }

  /** Pieces of the package are missing or damaged: the fulfillment goes on without them and is claimed and packed anew. */
  @Post('packages/:id/short')
  @HttpCode(200)
  @Roles('packer', 'operator')
  async short(@Param('id') id: string, @Body() body: PackShortRequest, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<PackageAnswer> {
    const { product, lot, units, reason, damaged } = body
    return answered(reply, await this.workPackage.short({ ...at(id, cause, who), product, lot: lot ?? null, units, reason, damaged: damaged ?? false }))
  }

  /** Closes a complete package and takes its materials out of their stock. */
  @Post('packages/:id/seal')
  @HttpCode(200)
  @Roles('packer', 'operator')
  async seal(@Param('id') id: string, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<PackageAnswer> {
    return answered(reply, await this.workPackage.seal(at(id, cause, who)))
  }

  /** What the scale says of a sealed package. */
  @Post('packages/:id/weigh')
  @HttpCode(200)
  @Roles('packer', 'operator')
  async weigh(@Param('id') id: string, @Body() { grams }: WeighRequest, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<PackageAnswer> {
    return answered(reply, await this.workPackage.weigh({ ...at(id, cause, who), grams }))
  }

  /** The contents are right although the weight is not the catalogue's. */
  @Post('packages/:id/accept-weight')
  @HttpCode(200)
  @Roles('operator')
  async acceptWeight(@Param('id') id: string, @Body() { grams }: WeighRequest, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<PackageAnswer> {
    return answered(reply, await this.workPackage.acceptWeight({ ...at(id, cause, who), grams }))
  }

  /** Gives labelled packages to the carrier, one outcome each. Refused as a whole if none could go. */
  @Post('hand-overs')
  @HttpCode(200)
  @Roles('packer', 'operator')
  async give(@Body() body: HandOverRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<HandedOver> {
    const { packages = [], fulfillments = [] } = body
    if (packages.length + fulfillments.length === 0) throw new Problem('required', { errors: [{ pointer: '/packages', code: 'required' }] })
    const asked = { cause, location: asId<LocationId>(body.location), packages, fulfillments: fulfillments.map((id) => asId<FulfillmentId>(id.toLowerCase())) }
    const { outcomes } = replied(reply, await this.handOver.run(asked))
    const [first] = outcomes
    if (first?.code && outcomes.every(({ status }) => status === 'refused')) throw new Problem(first.code, { ...(first.detail ? { detail: first.detail } : {}), data: { outcomes } })
    return { outcomes }
  }
}

const at = (id: string, cause: RequestCause, who: Principal): AtPackage => ({ cause, package: uuidOf(id), packer: workerOf(who), mayActForOthers: mayActForOthers(who) })
