import type { Cause } from '@waybill/kernel'
import type { Lane } from './lane.js'

/** What was asked of one lane. */
export interface LaneInput {
  readonly cause: Cause
  readonly lanes: readonly { readonly location: string; readonly country: string }[]
}

/** How a change of lanes ended: done now, or done before and answered alike. */
export interface Answered<R> {
  readonly result: R | undefined
  readonly replayed: boolean
}

/** All lanes. A lane that changed is published, and shipments that waited for it are planned. */
export abstract class Lanes {
  /** Locks the named lanes in (location, country) order and lets `decide` change them; `undefined` where there is none yet. */
  abstract change<I extends LaneInput, R>(
    input: I,
    decide: (lanes: ReadonlyMap<string, Lane>) => { readonly changed: readonly Lane[]; readonly result: R },
  ): Promise<Answered<R>>
  abstract list(filter: { readonly location?: string; readonly country?: string; readonly after?: readonly [string, string]; readonly limit: number }): Promise<readonly Lane[]>
}

