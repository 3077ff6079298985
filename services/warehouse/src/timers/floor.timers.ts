import { Injectable } from '@nestjs/common'
import { asId, type FulfillmentId, type LocationId } from '@waybill/kernel'
import { OnTimer, type Due } from '@waybill/service-kit'
import { AcceptFulfillments } from '../use-cases/accept-fulfillments.js'
import { GiveBackIdleLists } from '../use-cases/give-back-idle-lists.js'
import { RemindOfResting } from '../use-cases/remind-of-resting.js'
import { StartWaves } from '../use-cases/start-waves.js'

/** What the floor does when time has passed. */
@Injectable()
export class FloorTimers {
  constructor(
    private readonly startWaves: StartWaves,
    private readonly acceptFulfillments: AcceptFulfillments,
    private readonly giveBackIdleLists: GiveBackIdleLists,
    private readonly remindOfResting: RemindOfResting,
  ) {}

  /** One location at a time: a wave may be large, and a failing one must not hold up the others. */
  @OnTimer('wave', { batch: 1, concurrency: 2 })
  async wave(due: readonly Due[]): Promise<void> {
    await this.startWaves.run(due.map(({ cause, subject }) => ({ cause, location: asId<LocationId>(subject) })))
  }

  @OnTimer('location-unknown')
  async locationUnknown(due: readonly Due[]): Promise<void> {
    await this.acceptFulfillments.stopWaiting(due.map(({ cause, subject }) => ({ cause, fulfillment: asId<FulfillmentId>(subject) })))
  }

  @OnTimer('pick-list-idle')
  async pickListIdle(due: readonly Due[]): Promise<void> {
    await this.giveBackIdleLists.run(due.map(({ cause, subject }) => ({ cause, list: subject })))
  }

  @OnTimer('fulfillment-rests')
  async fulfillmentRests(due: readonly Due[]): Promise<void> {
    await this.remindOfResting.run(due.map(({ cause, subject }) => ({ cause, fulfillment: asId<FulfillmentId>(subject) })))
  }
}
