import type { Cause, JsonObject, LocationId, ProductId } from '@waybill/kernel'
import type { PickTask } from './pick-task.js'

/** One slip at a bin: a scan that was refused, a unit found damaged, a bin found empty. Counted by product, bin and picker. */
export interface Mishandling {
  readonly kind: string
  readonly location: LocationId
  readonly product: ProductId
  readonly bin: string
  readonly picker: string
  readonly task: string
  readonly units: number
  readonly expected: JsonObject
  readonly scanned: JsonObject
  readonly cause: Cause
}

export function mishandlingOf(task: PickTask, slip: Pick<Mishandling, 'kind' | 'picker' | 'units' | 'expected' | 'scanned' | 'cause'>): Mishandling {
  const { location, product, bin, id } = task
  return { location, product, bin, task: id, ...slip }
}
