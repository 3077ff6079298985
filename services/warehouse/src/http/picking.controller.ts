import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common'
import { asId, type LocationId, type RequestCause } from '@waybill/kernel'
import { Caused, Clock, filterOf, limitOf, onlyParameters, Problem, rangeOf, replied, Roles, uuidOf, Who, wordOf, type Principal, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { FloorQueries, type MishandlingCount, type NextTask } from '../floor/floor.queries.js'
import { ClaimPickList, type ClaimedList } from '../use-cases/claim-pick-list.js'
import { StartWaves, type WaveStarted } from '../use-cases/start-waves.js'
import { WorkPickTask, type AtTask, type TaskAnswer } from '../use-cases/work-pick-task.js'
import { answered } from './answers.js'
import { AtLocationRequest, DamageRequest, PickScanRequest, ShortRequest } from './floor.requests.js'

/** Counting more than a year of them at once is for reports, not for the floor. */
const MISHANDLING_DAYS_MAX = 366

/** The form in which the floor names who works: role:id, as events do. */
export const workerOf = ({ role, subject }: Principal): string => `${role}:${subject}`.slice(0, 64)

export const mayActForOthers = ({ role }: Principal): boolean => role === 'operator' || role === 'admin'

/** Waves, pick lists, scans at the bins, and what went wrong there. */
@Controller('v1')
export class PickingController {
  constructor(
    private readonly startWaves: StartWaves,
    private readonly claimPickList: ClaimPickList,
    private readonly workPickTask: WorkPickTask,
    private readonly queries: FloorQueries,
    private readonly clock: Clock,
  ) {}

  /** Starts what is ready at a location now, whatever the wave policy says. */
  @Post('waves')
  @Roles('operator')
  async wave(@Body() { location }: AtLocationRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply): Promise<WaveStarted> {
    const [started] = await this.startWaves.run([{ cause, location: asId<LocationId>(location) }])
    return replied(reply, started)
  }

  /** The most urgent list, or the one the picker has begun; `list` is null when nothing is to be picked. */
  @Post('pick-lists/claim')
  @HttpCode(200)
  @Roles('picker', 'operator')
  async claim(@Body() { location }: AtLocationRequest, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<ClaimedList> {
    return replied(reply, await this.claimPickList.run({ cause, location: asId<LocationId>(location), picker: workerOf(who) }))
  }

  /** The next stop of the walk; `task` is null when the list is done. */
  @Get('pick-lists/:id/next')
  @Roles('picker', 'operator')
  async next(@Param('id') id: string): Promise<NextTask> {
    const next = await this.queries.nextTask(uuidOf(id))
    if (!next) throw new Problem('not-found')
    return next
  }

  @Post('pick-tasks/:id/scans')
  @HttpCode(200)
  @Roles('picker', 'operator')
  async scan(@Param('id') id: string, @Body() body: PickScanRequest, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<TaskAnswer> {
    const { scanId, bin, product, lot, units } = body
    return answered(reply, await this.workPickTask.scan({ ...at(id, cause, who), scanId, scan: { bin, product, lot: lot ?? null, units } }))
  }

  /** The bin holds less than it should. */
  @Post('pick-tasks/:id/short')
  @HttpCode(200)
  @Roles('picker', 'operator')
  async short(@Param('id') id: string, @Body() { reason }: ShortRequest, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<TaskAnswer> {
    return answered(reply, await this.workPickTask.short({ ...at(id, cause, who), reason }))
  }

  /** Units in the bin may not be sold. */
  @Post('pick-tasks/:id/damage')
  @HttpCode(200)
  @Roles('picker', 'operator')
  async damage(@Param('id') id: string, @Body() { units, reason }: DamageRequest, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<TaskAnswer> {
    return answered(reply, await this.workPickTask.damage({ ...at(id, cause, who), units, reason }))
  }

  /** Comes back to the task at the end of the walk. */
  @Post('pick-tasks/:id/skip')
  @HttpCode(200)
  @Roles('picker', 'operator')
  async skip(@Param('id') id: string, @Caused() cause: RequestCause, @Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<TaskAnswer> {
    return answered(reply, await this.workPickTask.skip(at(id, cause, who)))
  }

  /** Refused scans, damage and short picks, counted by product, bin or picker. */
  @Get('mishandling')
  @Roles('operator', 'agent')
  async mishandling(@Query() query: QueryParameters): Promise<{ items: readonly MishandlingCount[] }> {
    onlyParameters(query, ['by', 'location', 'from', 'to', 'limit'])
    const by = wordOf(query, 'by', ['product', 'bin', 'picker']) ?? 'product'
    return { items: await this.queries.mishandlings(by, { location: filterOf(query, 'location'), ...rangeOf(query, { now: this.clock.now(), daysMax: MISHANDLING_DAYS_MAX }) }, limitOf(query)) }
  }
}

const at = (id: string, cause: RequestCause, who: Principal): AtTask => ({ cause, task: uuidOf(id), picker: workerOf(who), mayActForOthers: mayActForOthers(who) })
