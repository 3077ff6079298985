import type { NewId } from '@waybill/kernel'
import type { OrderTerms } from '../orders/order-terms.js'
import type { Payment } from '../payments/payment.js'
import type { Fulfillment } from './fulfillment.js'
import type { OrderStatus } from './order-status.js'
import type { Places } from './places.js'
import type { UnitPromise } from './unit-promise.js'
import type { StockAnswers } from './stock-answers.js'
import type { OrderTimer } from './order-timers.js'

/** Where the order stands with its money, before it is confirmed. */
export type MoneyStep = 'not-asked' | 'asked' | 'declined' | 'secured' | 'not-needed'

/** A stop for lack of money: nothing more is asked from locations, nothing is handed over. */
export interface PaymentHold {
  readonly why: string
  readonly dueAt: string
}

/** Something about the order that waits for a person. */
export interface OpenTask {
  readonly kind: string
  readonly subject: string
}

/** All that one order knows of its way. Plain JSON: it is kept as it is, instants as ISO texts. */
export interface OrderProcess {
  readonly status: OrderStatus
  /** Number of status changes so far. */
  readonly steps: number
  /** What inventory said, by stocked line. */
  readonly stock: Readonly<Record<string, StockAnswers>>
  readonly fulfillments: readonly Fulfillment[]
  readonly promises: readonly UnitPromise[]
  readonly money: MoneyStep
  /** How often the customer's way to pay was refused. */
  readonly declines: number
  /** Until when the customer may pay, once asked. */
  readonly payUntil: string | null
  readonly hold: PaymentHold | null
  /** No authorization covers what has not left, and none could be had. */
  readonly isAuthorizationLost: boolean
  /** Fulfillments that left and could not be charged. Unit: minor units. */
  readonly unpaid: readonly { readonly fulfillment: string; readonly amountMinor: string }[]
  readonly tasks: readonly OpenTask[]
  /** How often the confirmation has waited for a location or lane it does not know. */
  readonly placesAsked: number
  /** Why it was called off. */
  readonly endedWhy: string | null
  /** When each wait began, or was last complained about. */
  readonly since: Readonly<Partial<Record<OrderTimer, string>>>
  /** The timers that are set, and when they come due. */
  readonly timers: Readonly<Partial<Record<OrderTimer, string>>>
}

/** How long each wait may last before somebody is told. Unit: ms. */
export interface ProcessLimits {
  readonly stockAnswerMs: number
  readonly paymentWindowMs: number
  readonly paymentUnresolvedMs: number
  readonly placesMs: number
  readonly backorderUnknownMs: number
  readonly backorderLateMs: number
  readonly dispatchMs: number
  readonly deliveryMs: number
  readonly renewBeforeMs: number
  /** How long a person has for a task. */
  readonly taskMs: number
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** The house's patience, where the configuration says nothing else. */
export const standardLimits: ProcessLimits = {
  stockAnswerMs: 10 * MINUTE_MS,
  paymentWindowMs: 30 * MINUTE_MS,
  paymentUnresolvedMs: 15 * MINUTE_MS,
  placesMs: 2_000,
  backorderUnknownMs: 30 * DAY_MS,
  backorderLateMs: 3 * DAY_MS,
  dispatchMs: 3 * DAY_MS,
  deliveryMs: 14 * DAY_MS,
  renewBeforeMs: DAY_MS,
  taskMs: DAY_MS,
}

/** What a decision may look at besides the process itself. */
export interface ProcessContext {
  readonly terms: OrderTerms
  readonly payment: Payment
  readonly places: Places
  readonly limits: ProcessLimits
  readonly now: Date
  readonly newId: NewId
}

/** An order that was just placed: nothing is answered yet. */
export const newProcess: OrderProcess = {
  status: 'PLACED',
  steps: 1,
  stock: {},
  fulfillments: [],
  promises: [],
  money: 'not-asked',
  declines: 0,
  payUntil: null,
  hold: null,
  isAuthorizationLost: false,
  unpaid: [],
  tasks: [],
  placesAsked: 0,
  endedWhy: null,
  since: {},
  timers: {},
}
