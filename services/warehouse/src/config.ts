import { invariant } from '@waybill/kernel'
import { config, duration, integer, text, type ConfigOf } from '@waybill/service-kit'
import type { FloorPolicy } from './floor/policy.js'
import { isSsccPrefix } from './packing/sscc.js'

const settings = {
  waveEveryMs: duration('WAVE_EVERY', { default: 0 }),
  missingStockWaitMs: duration('MISSING_STOCK_WAIT', { default: 600_000 }),
  unknownLocationWaitMs: duration('UNKNOWN_LOCATION_WAIT', { default: 300_000 }),
  pickListIdleMs: duration('PICK_LIST_IDLE', { default: 1_800_000 }),
  listFulfillmentsMax: integer('PICK_LIST_FULFILLMENTS', { default: 8, min: 1, max: 50 }),
  heatPercent: integer('HEAT_INDEX_PERCENT', { default: 30, min: 0, max: 100 }),
  // 0952876 is a prefix that GS1 keeps for examples
  ssccPrefix: text('SSCC_PREFIX', { default: '09528765' }),
} as const

/** What the warehouse reads from its environment, beside what every service reads. */
export const warehouseConfig = config(settings)
export type WarehouseConfig = ConfigOf<typeof settings>

/** Throws: InvariantBroken at the start, not at the first package, if no SSCC can begin with the prefix. */
export function policyOf({ heatPercent, ...policy }: WarehouseConfig): FloorPolicy {
  invariant(isSsccPrefix(policy.ssccPrefix), 'SSCC_PREFIX is an extension digit and a GS1 company prefix, 5 to 13 digits', { SSCC_PREFIX: policy.ssccPrefix })
  return { ...policy, heatIndex: heatPercent / 100 }
}
