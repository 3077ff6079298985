import type { Cause, NewId, OrderId } from '@waybill/kernel'
import type { Bins } from '../bins/bins.store.js'
import type { Catalogue } from '../catalogue/catalogue.store.js'
import type { Fact } from '../fulfillments/facts.js'
import type { Fulfillments } from '../fulfillments/fulfillments.store.js'
import type { Packing } from '../packing/packing.store.js'
import type { Picking } from '../picking/picking.store.js'

/** How one input of a change ended. */
export interface Answer<R> {
  readonly result: R | undefined
  /** It had been done before: nothing was changed now. */
  readonly replayed: boolean
}

/** Something that waits for a person. */
export interface PersonTask {
  readonly kind: string
  readonly subject: string
  readonly why: string
  readonly owner: 'operator' | 'agent' | 'receiver'
  readonly dueAt: Date
  readonly order?: OrderId
  readonly cause: Cause
}

export type WakeKind = 'wave' | 'pick-list-idle' | 'fulfillment-rests' | 'location-unknown'

/**
 * All that one decision of the warehouse may read and write, in one transaction. Everybody locks in this order, so that
 * no two can wait for each other: wave of a location, pick list, fulfillments by id, products of a location by name,
 * packages, materials by name.
 */
export interface FloorTx {
  readonly now: Date
  readonly newId: NewId
  readonly catalogue: Catalogue
  readonly bins: Bins
  readonly fulfillments: Fulfillments
  readonly picking: Picking
  readonly packing: Packing
  /** Only one wave of a location is made at a time. */
  lockWaves(location: string): Promise<void>
  tell(facts: readonly Fact[], cause: Cause): void
  /** One timer per kind and subject: waking again moves it. */
  wake(kind: WakeKind, subject: string, dueAt: Date): void
  letSleep(kind: WakeKind, subject: string): void
  ask(task: PersonTask): void
  /** The task needs nobody any more. */
  settleTask(kind: string, subject: string, resolution: string, cause: Cause): void
}

/** The warehouse as its use-cases see it. Returned means committed, thrown means rolled back. */
export abstract class Floor {
  /** Runs `work` on the inputs that were not seen before; one answer per input, same order. */
  abstract change<I extends { readonly cause: Cause }, R = void>(
    inputs: readonly I[],
    work: (tx: FloorTx, fresh: readonly I[]) => Promise<readonly R[] | void>,
  ): Promise<readonly Answer<R>[]>
}
