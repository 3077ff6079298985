import type { UnitSet } from '../orders/unit-set.js'
import type { PromiseWindow } from './promise-window.js'

/** When some units of a line will arrive, as told to the customer. */
export interface UnitPromise {
  readonly line: number
  readonly units: UnitSet
  readonly backordered: boolean
  readonly availableOn: string | null
  readonly window: PromiseWindow
  /** The window that was told first: on time is measured against it. */
  readonly sold: PromiseWindow
}

/** A promise that moved, and why. */
export interface PromiseMove {
  readonly line: number
  readonly units: number
  readonly old: PromiseWindow
  readonly new: PromiseWindow
  readonly availableOn: string | null
  readonly reason: string
}
