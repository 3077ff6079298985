import type { UnitRange } from '@waybill/kernel'

/** Units of one ordered line, by their numbers. */
export interface LineUnits {
  readonly line: number
  readonly unitNumbers: readonly UnitRange[]
}
