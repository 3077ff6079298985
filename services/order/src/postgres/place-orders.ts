import { DeliveryDetailsSet } from '@waybill/contracts'
import { asId, crashPoint, type Cause } from '@waybill/kernel'
import { newId, type Tx } from '@waybill/service-kit'
import { newProcess, standardLimits, type ProcessLimits } from '../order-process/order-process.js'
import { standingsOf } from '../order-process/line-standing.js'
import { settleTimers } from '../order-process/waits.js'
import { termsOf } from '../orders/order-terms.js'
import type { PlacedOrder } from '../orders/placed-order.js'
import { beginPayment } from '../payments/begin-payment.js'
import type { Payment } from '../payments/payment.js'
import { publishPlaced } from '../published-events-of-orders.js'
import { toJson } from './catalogue.row.js'
import { insertHistory, insertLedger, paymentColumns, type HistoryEntry, type PaymentEntry } from './order-file.write.js'
import { storedMoney, storedRuns, storedStockedLines } from './order-file.row.js'
import { unnest } from './unnest.js'

/**
 * Keeps newly accepted orders and lets their processes begin, inside the transaction of the door that took them:
 * writes `orders` (unique by channel and reference, with the content hash), lines with frozen money, delivery details and payment,
 * publishes DeliveryDetailsSet, then OrderPlaced, and sets the timer of the first waiting state.
 * The caller has made sure that (channel, reference) is new; `causes[i]` is why `orders[i]` is placed.
 */
export async function place(tx: Tx, orders: readonly PlacedOrder[], causes: readonly Cause[], limits: ProcessLimits = standardLimits): Promise<void> {
  if (orders.length === 0) return
  const begun = orders.map((placed) => {
    const terms = termsOf(placed)
    const { payment, entries } = beginPayment(placed, asId(newId()))
    const context = { terms, payment, places: { locations: new Map(), lanes: [] }, limits, now: tx.now, newId }
    const { process, steps } = settleTimers(newProcess, standingsOf(terms, newProcess), context)
    return { placed, terms, payment, entries, process, steps }
  })
  const table = unnest([
    ['id', 'uuid', orders.map(({ order }) => order)],
    ['channel', 'text', orders.map(({ channel }) => channel)],
    ['reference', 'text', orders.map(({ reference }) => reference)],
    ['content_hash', 'text', orders.map(({ contentHash }) => contentHash)],
    ['brand', 'text', orders.map(({ brand }) => brand)],
    ['placed_at', 'timestamptz', orders.map(({ placedAt }) => placedAt)],
    ['currency', 'text', orders.map(({ currency }) => currency)],
    ['country', 'text', begun.map(({ terms }) => terms.country)],
    ['region', 'text', begun.map(({ terms }) => terms.region)],
    ['postal_prefix', 'text', begun.map(({ terms }) => terms.postalPrefix)],
    ['preference', 'text', orders.map(({ preference }) => preference)],
    ['forbidden_modes', 'text', orders.map(({ forbiddenModes }) => forbiddenModes.join(','))],
    ['priority', 'integer', orders.map(({ priority }) => priority)],
    ['stocked_lines', 'jsonb', orders.map(({ stockedLines }) => toJson(storedStockedLines(stockedLines)))],
    ['totals', 'jsonb', orders.map(({ totals }) => toJson(storedMoney(totals)))],
    ['total_minor', 'bigint', orders.map(({ totals }) => totals.totalMinor.toString())],
    ['process', 'jsonb', begun.map(({ process }) => toJson(process))],
  ])
  await tx.query(
    'orders.place',
    `INSERT INTO orders (id, channel, reference, content_hash, brand, placed_at, created_at, currency, country, region, postal_prefix, preference,
       forbidden_modes, priority, stocked_lines, totals, total_minor, status, changed_at, process)
     SELECT id, channel, reference, content_hash, brand, placed_at, $18, currency, country, region, postal_prefix, preference,
       string_to_array(forbidden_modes, ','), priority, stocked_lines, totals, total_minor, 'PLACED', $18, process
     FROM ${table.sql}`,
    [...table.values, tx.now],
  )
  crashPoint('C2-order-inserted')
  await insertLines(tx, orders)
  await insertDetails(tx, orders)
  await insertPayments(tx, begun.map(({ payment }) => payment))
  await insertLedger(
    tx,
    begun.flatMap(({ payment, entries }): PaymentEntry[] => entries.map((entry) => ({ payment, entry }))),
  )
  await insertHistory(tx, 'order', begun.map(({ terms }, place): HistoryEntry => ({ subject: terms.order, seq: 1, from: null, to: 'PLACED', why: causes[place]?.kind ?? '' })))
  await insertHistory(tx, 'payment', begun.map(({ payment }, place): HistoryEntry => ({ subject: payment.id, seq: 1, from: null, to: payment.status, why: causes[place]?.kind ?? '' })))

  for (const [place, { placed, terms, steps }] of begun.entries()) {
    const cause = causes[place]
    if (!cause) throw new Error('Every placed order has a cause')
    publishDetails(tx, placed, cause)
    publishPlaced(tx, terms, placed.payment.by, cause)
    for (const step of steps) {
      if (step.do === 'set-timer') tx.schedule({ kind: step.timer, subject: terms.order, dueAt: new Date(step.dueAt), correlationId: terms.order })
    }
  }
}

async function insertLines(tx: Tx, orders: readonly PlacedOrder[]): Promise<void> {
  const lines = orders.flatMap(({ order, orderedLines }) => orderedLines.map((line) => ({ order, ...line })))
  const table = unnest([
    ['order_id', 'uuid', lines.map(({ order }) => order)],
    ['line', 'integer', lines.map(({ line }) => line)],
    ['product', 'text', lines.map(({ product }) => product)],
    ['description', 'text', lines.map(({ description }) => description)],
    ['category', 'text', lines.map(({ category }) => category)],
    ['money', 'jsonb', lines.map(({ money }) => toJson(storedRuns(money)))],
    ['ordered', 'integer', lines.map(({ units }) => units)],
  ])
  await tx.query(
    'orders.place-lines',
    `INSERT INTO order_lines (order_id, line, product, description, category, money, ordered, unanswered)
     SELECT order_id, line, product, description, category, money, ordered, ordered FROM ${table.sql}`,
    table.values,
  )
}

async function insertDetails(tx: Tx, orders: readonly PlacedOrder[]): Promise<void> {
  const table = unnest([
    ['order_id', 'uuid', orders.map(({ order }) => order)],
    ['channel', 'text', orders.map(({ channel }) => channel)],
    ['reference', 'text', orders.map(({ reference }) => reference)],
    ['customer_name', 'text', orders.map(({ customer }) => customer.name)],
    ['email', 'text', orders.map(({ customer }) => customer.email)],
    ['phone', 'text', orders.map(({ customer }) => customer.phone)],
    ['language', 'text', orders.map(({ customer }) => customer.language)],
    ['recipient', 'text', orders.map(({ deliveryAddress }) => deliveryAddress.name)],
    ['street', 'text', orders.map(({ deliveryAddress }) => deliveryAddress.street)],
    ['street2', 'text', orders.map(({ deliveryAddress }) => deliveryAddress.street2)],
    ['postal_code', 'text', orders.map(({ deliveryAddress }) => deliveryAddress.postalCode)],
    ['city', 'text', orders.map(({ deliveryAddress }) => deliveryAddress.city)],
    ['region', 'text', orders.map(({ deliveryAddress }) => deliveryAddress.region)],
    ['country', 'text', orders.map(({ deliveryAddress }) => deliveryAddress.country)],
  ])
  await tx.query('orders.place-details', `INSERT INTO delivery_details (${table.columns}) SELECT ${table.columns} FROM ${table.sql}`, table.values)
}

async function insertPayments(tx: Tx, payments: readonly Payment[]): Promise<void> {
  const table = unnest([
    ...paymentColumns(payments),
    ['order_id', 'uuid', payments.map(({ order }) => order)],
    ['kind', 'text', payments.map(({ kind }) => kind)],
    ['currency', 'text', payments.map(({ currency }) => currency)],
    ['due_minor', 'bigint', payments.map(({ dueMinor }) => dueMinor.toString())],
  ])
  await tx.query('orders.place-payments', `INSERT INTO payments (${table.columns}) SELECT ${table.columns} FROM ${table.sql}`, table.values)
}

/** The one message with personal data: shipping and notification read it. */
function publishDetails(tx: Tx, { order, channel, reference, customer, deliveryAddress: address }: PlacedOrder, cause: Cause): void {
  tx.publish(DeliveryDetailsSet, {
    subject: order,
    key: order,
    cause,
    correlationId: order,
    payload: {
      order,
      channel,
      reference,
      name: address.name,
      email: customer.email,
      phone: customer.phone,
      language: customer.language,
      street: address.street,
      street2: address.street2,
      postalCode: address.postalCode,
      city: address.city,
      region: address.region,
      country: address.country,
    },
  })
}
