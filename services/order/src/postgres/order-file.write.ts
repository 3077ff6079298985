import { newId, type Tx } from '@waybill/service-kit'
import type { OrderFile } from '../order-process/advance.js'
import { standingsOf } from '../order-process/line-standing.js'
import type { PromiseMove } from '../order-process/unit-promise.js'
import type { LedgerEntry } from '../payments/ledger.js'
import type { Operation, Payment, Refund } from '../payments/payment.js'
import { toJson } from './catalogue.row.js'
import { storedAuthorizations } from './order-file.row.js'
import { unnest, type Column } from './unnest.js'

/** One status change, for the append-only history that `verify` holds against the tables. */
export interface HistoryEntry {
  readonly subject: string
  readonly seq: number
  readonly from: string | null
  readonly to: string
  readonly why: string
}

export interface PaymentEntry {
  readonly payment: Pick<Payment, 'id' | 'currency'>
  readonly entry: LedgerEntry
}

export interface PromiseEntry extends PromiseMove {
  readonly order: string
}

/** Files that were read under lock and decided on, before and after. */
export interface ChangedFile {
  readonly before: OrderFile
  readonly after: OrderFile
}

/** Writes what changed, one statement per table whatever the number of orders. */
export async function writeFiles(tx: Tx, files: readonly ChangedFile[]): Promise<void> {
  await writeProcesses(tx, files.filter(({ before, after }) => before.process !== after.process))
  await writePayments(tx, files.filter(({ before, after }) => before.payment !== after.payment).map(({ after }) => after.payment))
}

async function writeProcesses(tx: Tx, files: readonly ChangedFile[]): Promise<void> {
  if (files.length === 0) return
  const orders = unnest([
    ['id', 'uuid', files.map(({ after }) => after.terms.order)],
    ['status', 'text', files.map(({ after }) => after.process.status)],
    ['process', 'jsonb', files.map(({ after }) => toJson(after.process))],
  ])
  await tx.query(
    'order-files.write-processes',
    `UPDATE orders SET status = given.status, process = given.process, changed_at = $4 FROM ${orders.sql} WHERE orders.id = given.id`,
    [...orders.values, tx.now],
  )
  const lines = files.flatMap(({ before, after }) => {
    const was = standingsOf(before.terms, before.process)
    return standingsOf(after.terms, after.process).flatMap(({ line, quantities }, place) =>
      JSON.stringify(quantities) === JSON.stringify(was[place]?.quantities) ? [] : [{ order: after.terms.order, line: line.line, ...quantities }],
    )
  })
  if (lines.length === 0) return
  const table = unnest([
    ['order_id', 'uuid', lines.map(({ order }) => order)],
    ['line', 'integer', lines.map(({ line }) => line)],
    ['cancelled', 'integer', lines.map(({ cancelled }) => cancelled)],
    ['unanswered', 'integer', lines.map(({ unanswered }) => unanswered)],
    ['backordered', 'integer', lines.map(({ backordered }) => backordered)],
    ['reserved', 'integer', lines.map(({ reserved }) => reserved)],
    ['in_fulfillment', 'integer', lines.map(({ inFulfillment }) => inFulfillment)],
    ['shipped', 'integer', lines.map(({ shipped }) => shipped)],
    ['delivered', 'integer', lines.map(({ delivered }) => delivered)],
    ['lost', 'integer', lines.map(({ lost }) => lost)],
    ['returned_to_sender', 'integer', lines.map(({ returnedToSender }) => returnedToSender)],
  ])
  await tx.query(
    'order-files.write-lines',
    `UPDATE order_lines SET cancelled = given.cancelled, unanswered = given.unanswered, backordered = given.backordered, reserved = given.reserved,
       in_fulfillment = given.in_fulfillment, shipped = given.shipped, delivered = given.delivered, lost = given.lost,
       returned_to_sender = given.returned_to_sender
     FROM ${table.sql} WHERE order_lines.order_id = given.order_id AND order_lines.line = given.line`,
    table.values,
  )
}

/** What changes of a payment in its life. */
export const paymentColumns = (payments: readonly Payment[]): Column[] => [
  ['id', 'uuid', payments.map(({ id }) => id)],
  ['status', 'text', payments.map(({ status }) => status)],
  ['authorized_minor', 'bigint', payments.map(({ authorizedMinor }) => authorizedMinor.toString())],
  ['captured_minor', 'bigint', payments.map(({ capturedMinor }) => capturedMinor.toString())],
  ['refunded_minor', 'bigint', payments.map(({ refundedMinor }) => refundedMinor.toString())],
  ['token', 'text', payments.map(({ token }) => token)],
  ['authorizations', 'jsonb', payments.map(({ authorizations }) => toJson(storedAuthorizations(authorizations)))],
  ['refunded_units', 'jsonb', payments.map(({ refundedUnits }) => toJson(refundedUnits))],
  ['steps', 'integer', payments.map(({ steps }) => steps)],
]

async function writePayments(tx: Tx, payments: readonly Payment[]): Promise<void> {
  if (payments.length === 0) return
  const table = unnest(paymentColumns(payments))
  await tx.query(
    'order-files.write-payments',
    `UPDATE payments SET status = given.status, authorized_minor = given.authorized_minor, captured_minor = given.captured_minor,
       refunded_minor = given.refunded_minor, token = given.token, authorizations = given.authorizations,
       refunded_units = given.refunded_units, steps = given.steps
     FROM ${table.sql} WHERE payments.id = given.id`,
    table.values,
  )
  await writeOperations(tx, payments.flatMap((payment) => payment.operations.map((operation) => ({ payment, operation }))))
  await writeRefunds(tx, payments.flatMap(({ order, refunds }) => refunds.map((refund) => ({ order, refund }))))
}

async function writeOperations(tx: Tx, rows: readonly { readonly payment: Payment; readonly operation: Operation }[]): Promise<void> {
  if (rows.length === 0) return
  const of = <T>(value: (operation: Operation) => T): T[] => rows.map(({ operation }) => value(operation))
  const isSettled = (status: Operation['status']): boolean => status === 'succeeded' || status === 'failed'
  const table = unnest([
    ['id', 'uuid', of(({ id }) => id)],
    ['payment_id', 'uuid', rows.map(({ payment }) => payment.id)],
    ['order_id', 'uuid', rows.map(({ payment }) => payment.order)],
    ['kind', 'text', of(({ kind }) => kind)],
    ['amount_minor', 'bigint', of(({ amountMinor }) => amountMinor.toString())],
    ['currency', 'text', rows.map(({ payment }) => payment.currency)],
    ['authorization_reference', 'text', of(({ authorization }) => authorization)],
    ['token', 'text', of(({ token }) => token)],
    ['fulfillment_id', 'uuid', of(({ fulfillment }) => fulfillment)],
    ['refund_id', 'uuid', of(({ refund }) => refund)],
    ['attempt', 'integer', of(({ attempt }) => attempt)],
    ['status', 'text', of(({ status }) => status)],
    ['calls', 'integer', of(({ calls }) => calls)],
    ['reason', 'text', of(({ reason }) => reason)],
    ['created_at', 'timestamptz', of(({ createdAt }) => createdAt)],
    ['settled_at', 'timestamptz', of(({ status }) => (isSettled(status) ? tx.now : null))],
  ])
  await tx.query(
    'order-files.write-operations',
    `INSERT INTO payment_operations (${table.columns}) SELECT ${table.columns} FROM ${table.sql}
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, calls = excluded.calls, reason = excluded.reason, settled_at = excluded.settled_at`,
    table.values,
  )
}

async function writeRefunds(tx: Tx, rows: readonly { readonly order: string; readonly refund: Refund }[]): Promise<void> {
  if (rows.length === 0) return
  const of = <T>(value: (refund: Refund) => T): T[] => rows.map(({ refund }) => value(refund))
  const table = unnest([
    ['id', 'uuid', of(({ id }) => id)],
    ['order_id', 'uuid', rows.map(({ order }) => order)],
    ['return_id', 'uuid', of(({ returnId }) => returnId)],
    ['units', 'jsonb', of(({ units }) => toJson(units))],
    ['due_minor', 'bigint', of(({ dueMinor }) => dueMinor.toString())],
    ['fees_minor', 'bigint', of(({ feesMinor }) => feesMinor.toString())],
    ['amount_minor', 'bigint', of(({ amountMinor }) => amountMinor.toString())],
    ['refunded_minor', 'bigint', of(({ refundedMinor }) => refundedMinor.toString())],
    ['status', 'text', of(({ status }) => status)],
  ])
  await tx.query(
    'order-files.write-refunds',
    `INSERT INTO refunds (${table.columns}, requested_at) SELECT ${table.columns}, $10 FROM ${table.sql}
     ON CONFLICT (id) DO UPDATE SET amount_minor = excluded.amount_minor, refunded_minor = excluded.refunded_minor, status = excluded.status`,
    [...table.values, tx.now],
  )
}

/** Two rows a movement: what leaves one account arrives in the other. */
export async function insertLedger(tx: Tx, entries: readonly PaymentEntry[]): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.flatMap(({ payment, entry: { operation, from, to, amountMinor } }) => [
    { payment, operation, account: from, amountMinor: -amountMinor },
    { payment, operation, account: to, amountMinor },
  ])
  const table = unnest([
    ['payment_id', 'uuid', rows.map(({ payment }) => payment.id)],
    ['operation_id', 'uuid', rows.map(({ operation }) => operation)],
    ['account', 'text', rows.map(({ account }) => account)],
    ['amount_minor', 'bigint', rows.map(({ amountMinor }) => amountMinor.toString())],
    ['currency', 'text', rows.map(({ payment }) => payment.currency)],
  ])
  await tx.query(
    'order-files.enter-ledger',
    `INSERT INTO payment_ledger (${table.columns}, at) SELECT ${table.columns}, $6 FROM ${table.sql}`,
    [...table.values, tx.now],
  )
}

export async function insertHistory(tx: Tx, of: 'order' | 'payment', entries: readonly HistoryEntry[]): Promise<void> {
  if (entries.length === 0) return
  const table = unnest([
    ['subject', 'uuid', entries.map(({ subject }) => subject)],
    ['seq', 'integer', entries.map(({ seq }) => seq)],
    ['from_status', 'text', entries.map(({ from }) => from)],
    ['to_status', 'text', entries.map(({ to }) => to)],
    ['cause', 'text', entries.map(({ why }) => why)],
  ])
  await tx.query(
    `order-files.record-${of}`,
    `INSERT INTO ${of === 'order' ? 'order_history' : 'payment_history'} (${table.columns}, at) SELECT ${table.columns}, $6 FROM ${table.sql}`,
    [...table.values, tx.now],
  )
}

export async function insertPromises(tx: Tx, entries: readonly PromiseEntry[]): Promise<void> {
  if (entries.length === 0) return
  const table = unnest([
    ['id', 'uuid', entries.map(() => newId())],
    ['order_id', 'uuid', entries.map(({ order }) => order)],
    ['line', 'integer', entries.map(({ line }) => line)],
    ['units', 'integer', entries.map(({ units }) => units)],
    ['old_from', 'date', entries.map(({ old }) => old.from)],
    ['old_to', 'date', entries.map(({ old }) => old.to)],
    ['new_from', 'date', entries.map(({ new: next }) => next.from)],
    ['new_to', 'date', entries.map(({ new: next }) => next.to)],
    ['available_on', 'date', entries.map(({ availableOn }) => availableOn)],
    ['reason', 'text', entries.map(({ reason }) => reason)],
  ])
  await tx.query(
    'order-files.keep-promises',
    `INSERT INTO promise_history (${table.columns}, at) SELECT ${table.columns}, $11 FROM ${table.sql}`,
    [...table.values, tx.now],
  )
}
