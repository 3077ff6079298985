import { asId, type UnitRange } from '@waybill/kernel'
import type { OrderProcess } from '../order-process/order-process.js'
import type { OrderTerms } from '../orders/order-terms.js'
import type { DeliveryPreference, MoneyRun, OrderedLine, StockedLine, Totals, TransportMode } from '../orders/placed-order.js'
import type { Authorization, Operation, Payment, PaymentStatus, Refund } from '../payments/payment.js'

/** bigint columns come as text, amounts in JSON as numbers: all of them are below 9e15. */
type Amount = string | number

export interface OrderRow {
  readonly id: string
  readonly channel: string
  readonly reference: string
  readonly brand: string | null
  readonly placed_at: Date
  readonly currency: string
  readonly country: string
  readonly region: string | null
  readonly postal_prefix: string
  readonly preference: DeliveryPreference
  readonly forbidden_modes: TransportMode[]
  readonly priority: number
  readonly stocked_lines: StoredStockedLine[]
  readonly totals: StoredMoney
  readonly process: OrderProcess
}

export const orderColumns =
  'id, channel, reference, brand, placed_at, currency, country, region, postal_prefix, preference, forbidden_modes, priority, stocked_lines, totals, process'

/** line, stocked line, product, units, per parent, value */
type StoredStockedLine = [number, string, string, number, number, number]
/** net, tax, discount, shipping, shipping tax, in minor units */
type StoredMoney = [number, number, number, number, number]
type StoredRun = [number, ...StoredMoney]

export interface OrderLineRow {
  readonly order_id: string
  readonly line: number
  readonly product: string
  readonly description: string
  readonly category: string | null
  readonly ordered: number
  readonly money: StoredRun[]
}

export interface PaymentRow {
  readonly id: string
  readonly order_id: string
  readonly kind: 'provider' | 'channel'
  readonly status: PaymentStatus
  readonly currency: string
  readonly due_minor: string
  readonly authorized_minor: string
  readonly captured_minor: string
  readonly refunded_minor: string
  readonly token: string | null
  readonly authorizations: StoredAuthorization[]
  readonly refunded_units: { line: number; unitNumbers: UnitRange[] }[]
  readonly steps: number
}

interface StoredAuthorization {
  readonly reference: string
  readonly amountMinor: number
  readonly capturedMinor: number
  readonly refundedMinor: number
  readonly expiresAt: string | null
  readonly isClosed: boolean
}

export interface OperationRow {
  readonly id: string
  readonly order_id: string
  readonly kind: Operation['kind']
  readonly amount_minor: string
  readonly authorization_reference: string | null
  readonly token: string | null
  readonly fulfillment_id: string | null
  readonly refund_id: string | null
  readonly attempt: number
  readonly status: Operation['status']
  readonly calls: number
  readonly reason: string | null
  readonly created_at: Date
}

export const operationColumns =
  'id, order_id, kind, amount_minor, authorization_reference, token, fulfillment_id, refund_id, attempt, status, calls, reason, created_at'

export interface RefundRow {
  readonly id: string
  readonly order_id: string
  readonly return_id: string | null
  readonly units: { line: number; unitNumbers: UnitRange[] }[]
  readonly due_minor: string
  readonly fees_minor: string
  readonly amount_minor: string
  readonly refunded_minor: string
  readonly status: Refund['status']
}

const money = (amount: Amount): bigint => BigInt(amount)

export const storedMoney = ({ netMinor, taxMinor, discountMinor, shippingMinor, shippingTaxMinor }: Omit<Totals, 'totalMinor'>): StoredMoney => [
  Number(netMinor),
  Number(taxMinor),
  Number(discountMinor),
  Number(shippingMinor),
  Number(shippingTaxMinor),
]

const moneyOf = ([net, tax, discount, shipping, shippingTax]: StoredMoney) => ({
  netMinor: money(net),
  taxMinor: money(tax),
  discountMinor: money(discount),
  shippingMinor: money(shipping),
  shippingTaxMinor: money(shippingTax),
})

export const storedRuns = (runs: readonly MoneyRun[]): StoredRun[] => runs.map((run) => [run.units, ...storedMoney(run)])

export const storedStockedLines = (lines: readonly StockedLine[]): StoredStockedLine[] =>
  lines.map(({ line, stockedLine, product, units, perParent, valueMinor }) => [line, stockedLine, product, units, perParent, Number(valueMinor)])

export const termsOfRow = (row: OrderRow, lines: readonly OrderLineRow[]): OrderTerms => {
  const totals = moneyOf(row.totals)
  return {
    order: asId(row.id),
    channel: asId(row.channel),
    reference: row.reference,
    brand: row.brand,
    placedAt: row.placed_at,
    currency: row.currency,
    country: row.country,
    region: row.region,
    postalPrefix: row.postal_prefix,
    preference: row.preference,
    forbiddenModes: row.forbidden_modes,
    priority: row.priority,
    orderedLines: lines.map(orderedLineOf),
    stockedLines: row.stocked_lines.map(([line, stockedLine, product, units, perParent, value]) => ({
      line,
      stockedLine,
      product: asId(product),
      units,
      perParent,
      valueMinor: money(value),
    })),
    totals: { ...totals, totalMinor: totals.netMinor + totals.taxMinor + totals.shippingMinor + totals.shippingTaxMinor },
  }
}

const orderedLineOf = (row: OrderLineRow): OrderedLine => ({
  line: row.line,
  product: asId(row.product),
  description: row.description,
  category: row.category,
  units: row.ordered,
  money: row.money.map(([units, ...amounts]) => ({ units, ...moneyOf(amounts) })),
})

export const storedAuthorizations = (authorizations: readonly Authorization[]): StoredAuthorization[] =>
  authorizations.map((each) => ({
    reference: each.reference,
    amountMinor: Number(each.amountMinor),
    capturedMinor: Number(each.capturedMinor),
    refundedMinor: Number(each.refundedMinor),
    expiresAt: each.expiresAt?.toISOString() ?? null,
    isClosed: each.isClosed,
  }))

export const paymentOf = (row: PaymentRow, operations: readonly OperationRow[], refunds: readonly RefundRow[]): Payment => ({
  id: asId(row.id),
  order: asId(row.order_id),
  kind: row.kind,
  status: row.status,
  currency: row.currency,
  dueMinor: money(row.due_minor),
  authorizedMinor: money(row.authorized_minor),
  capturedMinor: money(row.captured_minor),
  refundedMinor: money(row.refunded_minor),
  token: row.token,
  authorizations: row.authorizations.map((each) => ({
    ...each,
    amountMinor: money(each.amountMinor),
    capturedMinor: money(each.capturedMinor),
    refundedMinor: money(each.refundedMinor),
    expiresAt: each.expiresAt === null ? null : new Date(each.expiresAt),
  })),
  refundedUnits: row.refunded_units,
  operations: operations.map(operationOf),
  refunds: refunds.map((refund) => ({
    id: refund.id,
    returnId: refund.return_id,
    units: refund.units,
    dueMinor: money(refund.due_minor),
    feesMinor: money(refund.fees_minor),
    amountMinor: money(refund.amount_minor),
    refundedMinor: money(refund.refunded_minor),
    status: refund.status,
  })),
  steps: row.steps,
})

export const operationOf = (row: OperationRow): Operation => ({
  id: row.id,
  kind: row.kind,
  amountMinor: money(row.amount_minor),
  authorization: row.authorization_reference,
  token: row.token,
  fulfillment: row.fulfillment_id,
  refund: row.refund_id,
  attempt: row.attempt,
  status: row.status,
  calls: row.calls,
  createdAt: row.created_at,
  reason: row.reason,
})
