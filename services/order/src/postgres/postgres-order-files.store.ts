import { asId, type Answered, type JsonObject } from '@waybill/kernel'
import { Poison } from '@waybill/messaging'
import { newId, UnitOfWork, type Tx } from '@waybill/service-kit'
import type { Effect, OrderFile } from '../order-process/advance.js'
import type { OrderFact } from '../order-process/facts.js'
import { OrderFileStore, type Addressed, type Decision, type DecisionContext } from '../order-process/order-file.store.js'
import { ANY_COUNTRY, type LaneService, type Location, type Places } from '../order-process/places.js'
import { unknownWindow } from '../order-process/promise-window.js'
import { publishTold } from '../published-events-of-orders.js'
import { operationColumns, orderColumns, paymentOf, termsOfRow, type OperationRow, type OrderLineRow, type OrderRow, type PaymentRow, type RefundRow } from './order-file.row.js'
import { insertHistory, insertLedger, insertPromises, writeFiles, type HistoryEntry, type PaymentEntry, type PromiseEntry } from './order-file.write.js'

/** Orders with their money in PostgreSQL. Lock order: order rows by id, and nothing else: lines, payment and process belong to them. */
export class PostgresOrderFileStore extends OrderFileStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async change<Fact extends OrderFact>(
    facts: readonly Addressed<Fact>[],
    decide: (file: OrderFile, fact: Fact, context: DecisionContext) => Decision,
  ): Promise<readonly Answered<JsonObject | undefined>[]> {
    const outcomes = await this.uow.change(facts, async (tx, fresh) => {
      const files = await lockFiles(tx, [...new Set(fresh.flatMap(({ order }) => order ?? []))])
      const context = { now: tx.now, newId, places: await readPlaces(tx, [...files.values()]) }
      const changed = new Map(files)
      const writes: Writes = { histories: { order: [], payment: [] }, entries: [], promises: [] }
      const replies = fresh.map((input) => {
        const file = input.order === null ? undefined : changed.get(input.order)
        if (!file) return absent(input)
        const { file: next, effects, reply } = decide(file, input.fact, context)
        changed.set(next.terms.order, next)
        for (const effect of effects) carryOut(tx, next, effect, input, writes)
        return reply ?? {}
      })
      await writeFiles(tx, [...files].map(([order, before]) => ({ before, after: changed.get(order) ?? before })))
      await insertLedger(tx, writes.entries)
      await insertHistory(tx, 'order', writes.histories.order)
      await insertHistory(tx, 'payment', writes.histories.payment)
      await insertPromises(tx, writes.promises)
      return replies
    })
    return outcomes.map(({ result, replayed, problem }) => {
      if (problem) throw problem
      return { result: result === null ? undefined : result, replayed }
    })
  }
}

interface Writes {
  readonly histories: Record<'order' | 'payment', HistoryEntry[]>
  readonly entries: PaymentEntry[]
  readonly promises: PromiseEntry[]
}

/** Every order begins here, so a message about another one is somebody's mistake; a timer may outlive what it was for. */
function absent({ cause, order }: Addressed): null {
  if (cause.kind === 'event' && order !== null) throw new Poison(cause.eventId, 'unknown-order', `there is no order ${order}`)
  return null
}

function carryOut(tx: Tx, file: OrderFile, effect: Effect, { cause }: Addressed, writes: Writes): void {
  const { order } = file.terms
  switch (effect.do) {
    case 'tell':
      publishTold(tx, file, effect.told, cause)
      if (effect.told.tell === 'promise-changed') writes.promises.push({ order, ...effect.told.move })
      if (effect.told.tell === 'order-confirmed') {
        for (const { line, promises } of effect.told.lines) {
          for (const { units, availableOn, window } of promises) {
            writes.promises.push({ order, line, units, old: unknownWindow, new: window, availableOn, reason: 'sold' })
          }
        }
      }
      return
    case 'open-task':
      return tx.openTask({ kind: effect.kind, subject: effect.subject, why: effect.why.slice(0, 500), owner: effect.owner, dueAt: new Date(effect.dueAt), order, cause })
    case 'close-task':
      return tx.closeTask(effect.kind, effect.subject, effect.resolution, cause)
    case 'set-timer':
      return tx.schedule({ kind: effect.timer, subject: order, dueAt: new Date(effect.dueAt), correlationId: order })
    case 'cancel-timer':
      return tx.cancelTimer(effect.timer, order)
    case 'call-provider':
      return tx.schedule({ kind: 'payment-call', subject: effect.operation, dueAt: effect.dueAt, correlationId: order })
    case 'enter':
      writes.entries.push({ payment: file.payment, entry: effect.entry })
      return
    case 'record': {
      const subject = effect.of === 'order' ? order : file.payment.id
      writes.histories[effect.of].push({ subject, seq: effect.seq, from: effect.from, to: effect.to, why: effect.why })
      return
    }
    default:
      return effect satisfies never
  }
}

async function lockFiles(tx: Tx, orders: readonly string[]): Promise<Map<string, OrderFile>> {
  // one lock order for every caller, so that two batches cannot deadlock
  const rows = await tx.query<OrderRow>('order-files.lock', `SELECT ${orderColumns} FROM orders WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`, [orders])
  const lines = await tx.query<OrderLineRow>(
    'order-files.lines',
    'SELECT order_id, line, product, description, category, ordered, money FROM order_lines WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, line',
    [orders],
  )
  const payments = await tx.query<PaymentRow>('order-files.payments', 'SELECT * FROM payments WHERE order_id = ANY ($1::uuid[])', [orders])
  const operations = await tx.query<OperationRow>(
    'order-files.operations',
    `SELECT ${operationColumns} FROM payment_operations WHERE order_id = ANY ($1::uuid[]) AND status IN ('intent', 'unknown') ORDER BY id`,
    [orders],
  )
  const refunds = await tx.query<RefundRow>(
    'order-files.refunds',
    `SELECT * FROM refunds WHERE order_id = ANY ($1::uuid[]) AND status <> 'succeeded' ORDER BY id`,
    [orders],
  )
  const linesOf = Map.groupBy(lines, (row) => row.order_id)
  const operationsOf = Map.groupBy(operations, (row) => row.order_id)
  const refundsOf = Map.groupBy(refunds, (row) => row.order_id)
  const paymentBy = new Map(payments.map((row) => [row.order_id, row]))
  return new Map(
    rows.map((row) => {
      const payment = paymentBy.get(row.id)
      if (!payment) throw new Error(`Order ${row.id} has no payment`)
      return [
        asId(row.id),
        {
          terms: termsOfRow(row, linesOf.get(row.id) ?? []),
          process: row.process,
          payment: paymentOf(payment, operationsOf.get(row.id) ?? [], refundsOf.get(row.id) ?? []),
        },
      ]
    }),
  )
}

/** All locations, and the lanes to the countries of these orders: a few rows, read once a batch. */
async function readPlaces(tx: Tx, files: readonly OrderFile[]): Promise<Places> {
  const countries = [...new Set([ANY_COUNTRY, ...files.map(({ terms }) => terms.country)])]
  const locations = await tx.query<{ known: Location }>('order-files.locations', 'SELECT known FROM known_locations')
  const lanes = await tx.query<{ location: string; country: string; services: LaneService[] }>(
    'order-files.lanes',
    'SELECT location, country, services FROM known_lanes WHERE country = ANY ($1)',
    [countries],
  )
  return { locations: new Map(locations.map(({ known }) => [known.location, known])), lanes }
}
