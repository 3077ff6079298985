import { Injectable } from '@nestjs/common'
import { asId, type Cause, type LocationId } from '@waybill/kernel'
import { keepService, replaceServices, type LaneOutcome } from '../lanes/keep-lane.js'
import { laneKey, type Lane, type LaneService } from '../lanes/lane.js'
import { Lanes, type Answered } from '../lanes/lanes.js'

/** One service of one lane, as a row of a file. */
export interface LaneRow {
  readonly location: string
  readonly country: string
  readonly currency: string
  readonly service: LaneService
}

export interface LaneRowResult {
  readonly status: LaneOutcome['status']
  readonly code?: string
  readonly detail?: string
}

/** Takes in what carriers offer: a whole lane, or rows of a file. A lane that changed is published once, with its next version. */
@Injectable()
export class KeepLanes {
  constructor(private readonly lanes: Lanes) {}

  replace(input: { readonly cause: Cause; readonly location: string; readonly country: string; readonly currency: string; readonly services: readonly LaneService[] }): Promise<Answered<LaneRowResult & { readonly version?: number }>> {
    const { location, country, currency, services } = input
    return this.lanes.change({ cause: input.cause, lanes: [{ location, country }] }, (lanes) => {
      const outcome = replaceServices(lanes.get(laneKey(location, country)), { location: asId<LocationId>(location), country }, currency, services)
      return {
        changed: outcome.status === 'created' || outcome.status === 'updated' ? [outcome.lane] : [],
        result: { ...resultOf(outcome), ...(outcome.status === 'refused' ? {} : { version: outcome.lane.version }) },
      }
    })
  }

  import(input: { readonly cause: Cause; readonly rows: readonly LaneRow[] }): Promise<Answered<readonly LaneRowResult[]>> {
    return this.lanes.change({ cause: input.cause, lanes: input.rows.map(({ location, country }) => ({ location, country })) }, (lanes) => {
      const now = new Map<string, Lane>(lanes)
      const result = input.rows.map(({ location, country, currency, service }): LaneRowResult => {
        const key = laneKey(location, country)
        const outcome = keepService(now.get(key), { location: asId<LocationId>(location), country }, currency, service)
        if (outcome.status !== 'refused') now.set(key, outcome.lane)
        return resultOf(outcome)
      })
      // many rows of one lane make one new version
      const changed = [...now].flatMap(([key, lane]) => (lane === lanes.get(key) ? [] : [{ ...lane, version: (lanes.get(key)?.version ?? 0) + 1 }]))
      return { changed, result }
    })
  }
}

const resultOf = (outcome: LaneOutcome): LaneRowResult =>
  outcome.status === 'refused' ? { status: 'refused', code: outcome.refusal.code, detail: outcome.refusal.detail } : { status: outcome.status }
