import { UnitOfWork } from '@waybill/service-kit'
import { payRefusal } from '../order-process/may-pay.js'
import { isOpen, leftOf, type Fulfillment } from '../order-process/fulfillment.js'
import type { OrderProcess } from '../order-process/order-process.js'
import { OrderViews, type CustomerView, type ListPosition, type OrderFilter, type OrderListItem, type OrderView, type PayView } from '../orders/order-views.js'
import { moneyOfUnits, paidFor } from '../orders/unit-money.js'
import { allUnits, countUnits, minus, union } from '../orders/unit-set.js'
import { orderColumns, paymentOf, termsOfRow, type OrderLineRow, type OrderRow, type PaymentRow } from './order-file.row.js'

interface QuantityRow extends OrderLineRow {
  readonly cancelled: number
  readonly unanswered: number
  readonly backordered: number
  readonly reserved: number
  readonly in_fulfillment: number
  readonly shipped: number
  readonly delivered: number
  readonly lost: number
  readonly returned_to_sender: number
}

interface DetailsRow {
  readonly customer_name: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly language: string | null
  readonly recipient: string | null
  readonly street: string | null
  readonly street2: string | null
  readonly postal_code: string | null
  readonly city: string | null
  readonly region: string | null
  readonly country: string
}

interface ListRow {
  readonly id: string
  readonly channel: string
  readonly reference: string
  readonly status: string
  readonly placed_at: Date
  readonly created_at: string
  readonly currency: string
  readonly total_minor: string
  readonly country: string
}

export class PostgresOrderViews extends OrderViews {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async one(order: string): Promise<OrderView | undefined> {
    const [row] = await this.uow.query<OrderRow>('order-views.one', `SELECT ${orderColumns} FROM orders WHERE id = $1`, [order])
    if (!row) return undefined
    const [lines, [paymentRow]] = await Promise.all([
      this.uow.query<QuantityRow>('order-views.lines', 'SELECT * FROM order_lines WHERE order_id = $1 ORDER BY line', [order]),
      this.uow.query<PaymentRow>('order-views.payment', 'SELECT * FROM payments WHERE order_id = $1', [order]),
    ])
    if (!paymentRow) return undefined
    const terms = termsOfRow(row, lines)
    const { process } = row
    return {
      order: row.id,
      channel: row.channel,
      reference: row.reference,
      brand: row.brand,
      status: process.status,
      placedAt: row.placed_at.toISOString(),
      currency: row.currency,
      country: row.country,
      preference: row.preference,
      forbiddenModes: row.forbidden_modes,
      priority: row.priority,
      totals: {
        netMinor: Number(terms.totals.netMinor),
        taxMinor: Number(terms.totals.taxMinor),
        discountMinor: Number(terms.totals.discountMinor),
        shippingMinor: Number(terms.totals.shippingMinor),
        shippingTaxMinor: Number(terms.totals.shippingTaxMinor),
        totalMinor: Number(terms.totals.totalMinor),
      },
      lines: terms.orderedLines.map((line, place) => ({
        line: line.line,
        product: line.product,
        description: line.description,
        totalMinor: Number(paidFor(moneyOfUnits(line, allUnits(line.units)))),
        quantities: quantitiesOf(lines[place]),
        promises: process.promises
          .filter((promise) => promise.line === line.line)
          .map(({ units, backordered, availableOn, window, sold }) => ({ units: countUnits(units), backordered, availableOn, window, sold })),
      })),
      fulfillments: process.fulfillments.map(fulfillmentView),
      payment: paymentView(paymentRow, process),
      holds: process.hold === null ? [] : [{ hold: 'payment', ...process.hold }],
      endedWhy: process.endedWhy,
    }
  }

  async customerOf(order: string): Promise<CustomerView | undefined> {
    const [row] = await this.uow.query<DetailsRow>('order-views.customer', 'SELECT * FROM delivery_details WHERE order_id = $1', [order])
    if (!row) return undefined
    const { customer_name: name, email, phone, language, recipient, street, street2, postal_code: postalCode, city, region, country } = row
    return { customer: { name, email, phone, language }, deliveryAddress: { name: recipient, street, street2, postalCode, city, region, country } }
  }

  async list(filter: OrderFilter, after: ListPosition | undefined, limit: number): Promise<readonly (OrderListItem & ListPosition)[]> {
    const { channel = null, reference = null, status = null, customer = null } = filter
    const rows = await this.uow.query<ListRow>(
      customer === null ? 'order-views.list' : 'order-views.list-of-customer',
      `SELECT id, channel, reference, status, placed_at, created_at::text AS created_at, currency, total_minor, country FROM orders
       WHERE ($1::text IS NULL OR channel = $1) AND ($2::text IS NULL OR reference = $2) AND ($3::text IS NULL OR status = $3)
         AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
         ${customer === null ? '' : 'AND id IN (SELECT order_id FROM delivery_details WHERE lower(email) = lower($7) OR lower(customer_name) LIKE $8)'}
       ORDER BY created_at DESC, id DESC LIMIT $6`,
      [channel, reference, status, after?.createdAt ?? null, after?.order ?? null, limit, ...(customer === null ? [] : [customer, `${literally(customer.toLowerCase())}%`])],
    )
    return rows.map((row) => ({
      order: row.id,
      channel: row.channel,
      reference: row.reference,
      status: row.status,
      placedAt: row.placed_at.toISOString(),
      currency: row.currency,
      totalMinor: Number(row.total_minor),
      country: row.country,
      createdAt: row.created_at,
    }))
  }

  async toPay(id: string): Promise<PayView | undefined> {
    const [found] = await this.uow.query<{ order_id: string }>('order-views.to-pay', 'SELECT order_id FROM payments WHERE order_id = $1 OR id = $1', [id])
    if (!found) return undefined
    const [[row], [payment], [clock]] = await Promise.all([
      this.uow.query<OrderRow>('order-views.one', `SELECT ${orderColumns} FROM orders WHERE id = $1`, [found.order_id]),
      this.uow.query<PaymentRow>('order-views.payment', 'SELECT * FROM payments WHERE order_id = $1', [found.order_id]),
      this.uow.query<{ now: Date }>('order-views.now', 'SELECT clock_timestamp() AS now'),
    ])
    if (!row || !payment || !clock) return undefined
    const refusal = payRefusal({ process: row.process, payment: paymentOf(payment, [], []) }, clock.now)
    const amountMinor = Number(BigInt(payment.due_minor) - BigInt(payment.captured_minor))
    return {
      order: termsOfRow(row, []).order,
      reference: row.reference,
      amountMinor,
      currency: payment.currency,
      status: refusal === undefined ? 'open' : refusal === 'already-paid' ? 'paid' : refusal === 'payment-in-progress' ? 'in-progress' : 'over',
      payUntil: row.process.payUntil,
    }
  }

  async countByStatus(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.uow.query<{ status: string; orders: string }>('order-views.by-status', 'SELECT status, count(*) AS orders FROM orders GROUP BY status')
    return Object.fromEntries(rows.map(({ status, orders }) => [status, Number(orders)]))
  }
}

/** A text that LIKE takes as it stands. */
const literally = (text: string): string => text.replace(/[\\%_]/g, (sign) => `\\${sign}`)

function quantitiesOf(row: QuantityRow | undefined): OrderView['lines'][number]['quantities'] {
  if (!row) throw new Error('An ordered line has no row')
  const { ordered, cancelled, unanswered, backordered, reserved, shipped, delivered, lost } = row
  return { ordered, cancelled, unanswered, backordered, reserved, inFulfillment: row.in_fulfillment, shipped, delivered, lost, returnedToSender: row.returned_to_sender }
}

const fulfillmentView = (fulfillment: Fulfillment): OrderView['fulfillments'][number] => ({
  fulfillment: fulfillment.id,
  location: fulfillment.location,
  status: statusOf(fulfillment),
  requestedAt: fulfillment.requestedAt,
  dispatchedAt: fulfillment.dispatchedAt,
  lines: fulfillment.lines.map((line) => ({ line: line.line, unitNumbers: minus(line.asked, minus(line.short, leftOf(line))) })),
})

function statusOf(fulfillment: Fulfillment): OrderView['fulfillments'][number]['status'] {
  if (isOpen(fulfillment)) return 'requested'
  if (fulfillment.refused !== null) return 'refused'
  const left = fulfillment.lines.reduce((sum, line) => sum + countUnits(leftOf(line)), 0)
  const delivered = fulfillment.lines.reduce((sum, line) => sum + countUnits(line.delivered), 0)
  const ended = fulfillment.lines.reduce((sum, line) => sum + countUnits(union(line.delivered, line.lost, line.returned)), 0)
  if (left > 0 && delivered === left) return 'delivered'
  return left > 0 && ended < left ? 'dispatched' : 'ended'
}

const paymentView = (row: PaymentRow, process: OrderProcess): OrderView['payment'] => ({
  payment: row.id,
  kind: row.kind,
  status: row.status,
  dueMinor: Number(row.due_minor),
  authorizedMinor: Number(row.authorized_minor),
  capturedMinor: Number(row.captured_minor),
  refundedMinor: Number(row.refunded_minor),
  payUntil: process.status === 'PLACED' && process.money === 'declined' ? process.payUntil : null,
})
