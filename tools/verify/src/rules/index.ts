import type { Rule } from '../rule.js'
import { healthyKeysGoOn, nobodyBehind } from './consumers.js'
import { oneLabelPerPackage, pickedPackedShippedOnce } from './floor.js'
import { handledOnce, journalGapFree, nothingFellThrough, stateHasItsFact, topicsInOrder } from './messages.js'
import { filesAreAnswered, nothingRests, paidMeansOrderOrRefund, unknownIsFoundOut } from './liveness.js'
import { moneyBounds, noDoubleCharge } from './money.js'
import { lineArithmetic, noDuplicateOrder, noOrderLost } from './orders.js'
import { binsEqualStock, noOversell, oneReservationPerGrant, stockEqualsLedger } from './stock.js'
import { onlyTransitionsOfTheTable } from './transitions.js'

/** Every guarantee that a program can check on a living installation. */
export const rules: readonly Rule[] = [
  stockEqualsLedger, binsEqualStock, noOversell, oneReservationPerGrant,
  noOrderLost, noDuplicateOrder, nothingRests, moneyBounds, noDoubleCharge, unknownIsFoundOut, paidMeansOrderOrRefund,
  journalGapFree, topicsInOrder, nobodyBehind, stateHasItsFact, handledOnce, healthyKeysGoOn, nothingFellThrough,
  pickedPackedShippedOnce, oneLabelPerPackage, lineArithmetic, onlyTransitionsOfTheTable, filesAreAnswered,
]
