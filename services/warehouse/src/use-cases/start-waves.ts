import { Injectable } from '@nestjs/common'
import type { Cause, LocationId } from '@waybill/kernel'
import { startWave } from '../waves/start-wave.js'
import { Floor, type Answer, type FloorTx } from '../floor/floor.js'
import { FloorPolicy, nextWaveAt } from '../floor/policy.js'
import { lockGround, saveWalks } from '../floor/walks.js'

export interface WaveAsked {
  readonly cause: Cause
  readonly location: LocationId
}

/** What a wave came to. A type, so that it can be stored as an answer. */
export type WaveStarted = {
  readonly wave: string | null
  readonly fulfillments: number
  readonly lists: number
  /** Left for later: their stock has not come yet. */
  readonly waiting: number
}

/** Fulfillments in one wave: what one transaction handles within its time. */
const WAVE_MAX = 200
/** What waits for stock is looked at again after this, at the latest. Unit: ms. */
const LOOK_AGAIN_MS = 5_000

/** Turns fulfillments that are ready into pick lists. */
@Injectable()
export class StartWaves {
  constructor(
    private readonly floor: Floor,
    private readonly policy: FloorPolicy,
  ) {}

  async run(asked: readonly WaveAsked[]): Promise<readonly Answer<WaveStarted>[]> {
    return this.floor.change(asked, async (tx, fresh) => {
      const started: WaveStarted[] = []
      // one after another: each locks its location's waves, in the order of their names
      const sorted = [...fresh].sort((a, b) => (a.location < b.location ? -1 : 1))
      const results = new Map<WaveAsked, WaveStarted>()
      for (const each of sorted) results.set(each, await this.startOne(tx, each))
      for (const each of fresh) started.push(results.get(each) ?? { wave: null, fulfillments: 0, lists: 0, waiting: 0 })
      return started
    })
  }

  private async startOne(tx: FloorTx, { location, cause }: WaveAsked): Promise<WaveStarted> {
    await tx.lockWaves(location)
    const ready = await tx.fulfillments.lockPlanned(location, WAVE_MAX)
    if (ready.length === 0) return { wave: null, fulfillments: 0, lists: 0, waiting: 0 }
    const { shelf, groundOf } = await lockGround(tx, ready, cause)
    const id = tx.newId()
    const candidates = ready.map((fulfillment) => ({
      fulfillment,
      ground: groundOf(fulfillment),
      stopWaiting: tx.now.getTime() - fulfillment.statusSince.getTime() >= this.policy.missingStockWaitMs,
    }))
    const wave = startWave(id, candidates, shelf, this.policy.listFulfillmentsMax)
    await tx.picking.addLists(wave.lists)
    await saveWalks(tx, wave.walks, shelf)
    const again = new Date(tx.now.getTime() + Math.min(LOOK_AGAIN_MS, Math.max(this.policy.missingStockWaitMs, 1)))
    await tx.fulfillments.lookAgain(wave.waiting.map((fulfillment) => fulfillment.id), again)
    if (ready.length === WAVE_MAX) tx.wake('wave', location, nextWaveAt(this.policy, tx.now))
    else if (wave.waiting.length > 0) tx.wake('wave', location, again)
    return { wave: id, fulfillments: wave.walks.length, lists: wave.lists.length, waiting: wave.waiting.length }
  }
}
