import type { PaymentFact } from '../payments/payment-facts.js'
import type { ProviderAnswer } from '../payments/payment-provider.js'
import type { RefundRequest } from '../payments/refund.js'
import type { UnitSet } from '../orders/unit-set.js'
import type { NamedUnits, ShortLine } from './fulfillment.js'
import type { OrderProcess } from './order-process.js'
import type { PromiseWindow } from './promise-window.js'
import type { PromiseMove } from './unit-promise.js'
import type { OrderTimer } from './order-timers.js'

/** Units of a stocked line at a location, as inventory names them. */
export interface GrantedUnits {
  readonly stockedLine: string
  readonly units: number
  readonly location: string
}

/** What inventory, the warehouse, shipping and people say about an order. */
export type OutsideFact =
  | { readonly kind: 'stock-reserved'; readonly lines: readonly GrantedUnits[] }
  | { readonly kind: 'backorder-filled'; readonly lines: readonly GrantedUnits[] }
  | { readonly kind: 'stock-released'; readonly lines: readonly GrantedUnits[]; readonly reason: string }
  | {
      readonly kind: 'stock-backordered'
      readonly lines: readonly { readonly stockedLine: string; readonly units: number; readonly availableOn: string | null }[]
    }
  | {
      readonly kind: 'backorder-date-changed'
      readonly lines: readonly {
        readonly stockedLine: string
        readonly units: number
        readonly old: string | null
        readonly new: string | null
        readonly reason: string
      }[]
    }
  | { readonly kind: 'reservation-refused'; readonly why: string }
  | { readonly kind: 'fulfillment-rejected'; readonly fulfillment: string; readonly why: string }
  | { readonly kind: 'shipment-plan-refused'; readonly fulfillment: string; readonly why: string }
  | { readonly kind: 'fulfillment-short-picked'; readonly fulfillment: string; readonly reason: string; readonly lines: readonly ShortLine[] }
  | { readonly kind: 'shipment-dispatched'; readonly fulfillment: string; readonly lines: readonly NamedUnits[] }
  | { readonly kind: 'shipment-delivered'; readonly fulfillment: string; readonly lines: readonly NamedUnits[] }
  | {
      readonly kind: 'shipment-failed'
      readonly fulfillment: string
      readonly outcome: 'lost' | 'damaged' | 'returned-to-sender'
      readonly reason: string
      readonly lines: readonly NamedUnits[]
    }
  | { readonly kind: 'task-closed'; readonly task: string; readonly subject: string; readonly resolution: string }
  | { readonly kind: 'timer'; readonly timer: OrderTimer }

/** What is asked of the payment. */
export type PaymentInput =
  | { readonly kind: 'provider-answered'; readonly operation: string; readonly answer: ProviderAnswer }
  | { readonly kind: 'way-to-pay-given'; readonly token: string }
  | { readonly kind: 'refund-requested'; readonly request: RefundRequest }

/** Everything that can move an order. */
export type OrderFact = OutsideFact | PaymentInput

/** What the process itself reacts to. `payment-changed`: calls were written down or answered, look again; `payment-asked`: the customer pays another way. */
export type ProcessFact = OutsideFact | PaymentFact | { readonly kind: 'payment-changed' } | { readonly kind: 'payment-asked' }

/** What others are told, in business words. */
export type Told =
  | { readonly tell: 'order-confirmed'; readonly lines: readonly ConfirmedLine[] }
  | { readonly tell: 'fulfillment-requested'; readonly fulfillment: string; readonly location: string; readonly promise: PromiseWindow; readonly lines: readonly RequestedLine[] }
  | { readonly tell: 'promise-changed'; readonly move: PromiseMove }
  | { readonly tell: 'order-cancelled'; readonly why: string }
  | { readonly tell: 'order-expired'; readonly why: string }
  | { readonly tell: 'order-completed'; readonly deliveredUnits: number; readonly cancelledUnits: number; readonly lostUnits: number }
  | { readonly tell: 'hold-applied'; readonly why: string; readonly dueAt: string }
  | { readonly tell: 'hold-lifted'; readonly why: string }
  | { readonly tell: 'payment-declined'; readonly reason: string; readonly until: string; readonly isFinal: boolean }
  | { readonly tell: 'payment'; readonly fact: PaymentFact }

export interface ConfirmedLine {
  readonly line: number
  readonly promises: readonly { readonly units: number; readonly backordered: boolean; readonly availableOn: string | null; readonly window: PromiseWindow }[]
}

export interface RequestedLine {
  readonly line: number
  readonly unitNumbers: UnitSet
  readonly stocked: readonly { readonly stockedLine: string; readonly product: string; readonly units: number; readonly valueMinor: bigint }[]
}

/** What the process wants done. */
export type Step =
  | { readonly do: 'tell'; readonly told: Told }
  | { readonly do: 'authorize' }
  | { readonly do: 'renew' }
  | { readonly do: 'capture'; readonly fulfillment: string; readonly amountMinor: bigint }
  | { readonly do: 'give-back' }
  | { readonly do: 'retry-refund'; readonly refund: string }
  | { readonly do: 'open-task'; readonly kind: string; readonly subject: string; readonly why: string; readonly owner: string; readonly dueAt: string }
  | { readonly do: 'close-task'; readonly kind: string; readonly subject: string; readonly resolution: string }
  | { readonly do: 'set-timer'; readonly timer: OrderTimer; readonly dueAt: string }
  | { readonly do: 'cancel-timer'; readonly timer: OrderTimer }

export interface Reaction {
  readonly process: OrderProcess
  readonly steps: readonly Step[]
}
