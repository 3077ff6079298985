import { Injectable } from '@nestjs/common'
import { asId, InvariantBroken, mayBecome, unitNumbersOf, type BusinessDate, type Cause, type OrderId, type ReturnId, type ShipmentId } from '@waybill/kernel'
import { newId, UnitOfWork, type Tx } from '@waybill/service-kit'
import { CareStore, type AboutOrder, type Answered, type CareContext } from '../care/care.store.js'
import type { Decision, PersonTask, Wake } from '../care/facts.js'
import { newCare, type CaredPackage, type CaredShipment, type OrderCare, type PlacedFacts } from '../care/order-care.js'
import { packagesOf, productsOf } from '../feedback/ask-feedback.js'
import type { Feedback, FeedbackCause } from '../feedback/feedback.js'
import { publish } from '../published-events.js'
import { claimsUnits, returnTransitions, type Return, type ReturnBy, type ReturnLine, type ReturnStatus } from '../returns/return.js'
import { readPolicies, readZones } from './policy.rows.js'

interface CareRow {
  order_id: string
  placed: PlacedFacts | null
  shipments: CaredShipment[]
  packages: CaredPackage[]
  is_forgotten: boolean
}

interface ReturnRow {
  return_id: string
  order_id: string
  status: ReturnStatus
  by: ReturnBy
  policy: string
  rule: string | null
  location: string
  send_back_until: string | null
  refund_shipping: boolean
  refunded_minor: string | null
  lines: ReturnLine[]
  requested_at: string
}

interface FeedbackRow {
  feedback_id: string
  order_id: string
  shipment_id: string
  status: Feedback['status']
  answer_until: string
  csat: number | null
  nps: number | null
  causes: FeedbackCause[] | null
  words: string | null
}

/** A change of one return, for the history. */
interface Step {
  readonly id: ReturnId
  readonly from: ReturnStatus | null
  readonly to: ReturnStatus
  readonly cause: Cause
}

const UTC_TEXT = `to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const utc = (column: string): string => UTC_TEXT.replace('%s', column)

@Injectable()
export class PostgresCareStore extends CareStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async change<I extends AboutOrder, R>(inputs: readonly I[], decide: (care: OrderCare, input: I, context: CareContext) => Decision<R>): Promise<readonly Answered<R>[]> {
    return this.uow.change<I, R>(inputs, async (tx, fresh) => {
      const before = await load(tx, fresh.map(({ order }) => order))
      const zones = await readZones(tx)
      const context: CareContext = { now: tx.now, newId, policies: await readPolicies(tx), zoneOf: (location) => zones.get(location) ?? 'UTC' }
      const cares = new Map(before)
      const steps: Step[] = []
      const results = fresh.map((input) => {
        const care = cares.get(input.order) ?? newCare(input.order)
        const decision = decide(care, input, context)
        cares.set(input.order, decision.care)
        steps.push(...stepsBetween(care, decision.care, input.cause))
        for (const fact of decision.facts) publish(tx, input.order, fact, input.cause)
        for (const wake of decision.wakes) setWake(tx, input.order, wake)
        for (const task of decision.tasks) setTask(tx, input.order, task, input.cause)
        return decision.result
      })
      await save(tx, [...cares.values()].filter((care) => care !== before.get(care.order)), steps)
      return results
    })
  }

  async orderOf(subject: { readonly return: string } | { readonly feedback: string }): Promise<OrderId | undefined> {
    const id = 'return' in subject ? subject.return : subject.feedback
    return (await this.ordersOf([id])).get(id)
  }

  async ordersOf(subjects: readonly string[]): Promise<ReadonlyMap<string, OrderId>> {
    const rows = await this.uow.query<{ id: string; order_id: string }>(
      'orders-of-subjects',
      `SELECT return_id AS id, order_id FROM return_case WHERE return_id = ANY($1::uuid[])
       UNION ALL SELECT feedback_id, order_id FROM feedback WHERE feedback_id = ANY($1::uuid[])`,
      [subjects],
    )
    return new Map(rows.map(({ id, order_id }) => [id, asId<OrderId>(order_id)]))
  }
}

/** Locks the rows of these orders, making those that are new, and reads all that hangs on them. One lock order: by order id. */
async function load(tx: Tx, orders: readonly OrderId[]): Promise<Map<OrderId, OrderCare>> {
  const ids = [...new Set(orders)].sort()
  await tx.query('care-make', 'INSERT INTO order_care (order_id) SELECT unnest($1::uuid[]) ORDER BY 1 ON CONFLICT DO NOTHING', [ids])
  const rows = await tx.query<CareRow>('care-lock', 'SELECT order_id, placed, shipments, packages, is_forgotten FROM order_care WHERE order_id = ANY($1::uuid[]) ORDER BY order_id FOR UPDATE', [ids])
  const returns = await tx.query<ReturnRow>(
    'care-returns',
    `SELECT return_id, order_id, status, by, policy, rule, location, send_back_until::text, refund_shipping, refunded_minor, lines, ${utc('requested_at')} AS requested_at
     FROM return_case WHERE order_id = ANY($1::uuid[]) ORDER BY return_id`,
    [ids],
  )
  const feedbacks = await tx.query<FeedbackRow>(
    'care-feedbacks',
    `SELECT feedback_id, order_id, shipment_id, status, ${utc('answer_until')} AS answer_until, csat, nps, causes, words
     FROM feedback WHERE order_id = ANY($1::uuid[]) ORDER BY feedback_id`,
    [ids],
  )
  return new Map(
    rows.map((row) => {
      const order = asId<OrderId>(row.order_id)
      return [
        order,
        {
          order,
          placed: row.placed,
          shipments: row.shipments,
          packages: row.packages,
          isForgotten: row.is_forgotten,
          returns: returns.filter((each) => each.order_id === order).map(toReturn),
          feedbacks: feedbacks.filter((each) => each.order_id === order).map(toFeedback),
        },
      ]
    }),
  )
}

const toReturn = (row: ReturnRow): Return => ({
  id: asId<ReturnId>(row.return_id),
  status: row.status,
  by: row.by,
  policy: row.policy,
  rule: row.rule,
  location: row.location,
  sendBackUntil: row.send_back_until as BusinessDate | null,
  refundShipping: row.refund_shipping,
  refundedMinor: row.refunded_minor === null ? null : Number(row.refunded_minor),
  lines: row.lines,
  requestedAt: row.requested_at,
})

const toFeedback = (row: FeedbackRow): Feedback => ({
  id: row.feedback_id,
  shipment: asId<ShipmentId>(row.shipment_id),
  status: row.status,
  answerUntil: row.answer_until,
  answer: row.csat === null ? null : { csat: row.csat, nps: row.nps, causes: row.causes ?? [], text: row.words ?? '' },
})

function stepsBetween(before: OrderCare, after: OrderCare, cause: Cause): Step[] {
  return after.returns.flatMap((next) => {
    const from = before.returns.find(({ id }) => id === next.id)?.status ?? null
    if (from === next.status) return []
    if (from !== null && !mayBecome(returnTransitions, from, next.status)) throw new InvariantBroken('a return moves by its table only', { from, to: next.status })
    // a return that is decided on at once was asked for first
    const path = from === null && next.status !== 'requested' ? (['requested', next.status] as const) : [next.status]
    return path.map((to, index) => ({ id: next.id, from: index === 0 ? from : 'requested', to, cause }))
  })
}

async function save(tx: Tx, cares: readonly OrderCare[], steps: readonly Step[]): Promise<void> {
  if (cares.length === 0) return
  await tx.query(
    'care-save',
    `UPDATE order_care c SET placed = n.placed, shipments = n.shipments, packages = n.packages, is_forgotten = n.is_forgotten
     FROM unnest($1::uuid[], $2::jsonb[], $3::jsonb[], $4::jsonb[], $5::boolean[]) AS n(order_id, placed, shipments, packages, is_forgotten) WHERE c.order_id = n.order_id`,
    [
      cares.map(({ order }) => order),
      cares.map(({ placed }) => (placed === null ? null : JSON.stringify(placed))),
      cares.map(({ shipments }) => JSON.stringify(shipments)),
      cares.map(({ packages }) => JSON.stringify(packages)),
      cares.map(({ isForgotten }) => isForgotten),
    ],
  )
  const returns = cares.flatMap((care) => care.returns.map((each) => ({ ...each, order: care.order })))
  if (returns.length > 0) await saveReturns(tx, returns)
  if (steps.length > 0) await saveSteps(tx, steps)
  const feedbacks = cares.flatMap((care) => care.feedbacks.map((feedback) => ({ care, feedback })))
  if (feedbacks.length > 0) await saveFeedbacks(tx, feedbacks)
}

async function saveReturns(tx: Tx, returns: readonly (Return & { readonly order: OrderId })[]): Promise<void> {
  await tx.query(
    'returns-save',
    `INSERT INTO return_case (return_id, order_id, status, by, policy, rule, location, send_back_until, refund_shipping, refunded_minor, lines, requested_at)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::date[], $9::boolean[], $10::bigint[], $11::jsonb[], $12::timestamptz[])
     ON CONFLICT (return_id) DO UPDATE SET status = excluded.status, rule = excluded.rule, location = excluded.location, send_back_until = excluded.send_back_until,
       refund_shipping = excluded.refund_shipping, refunded_minor = excluded.refunded_minor, lines = excluded.lines`,
    [
      returns.map(({ id }) => id),
      returns.map(({ order }) => order),
      returns.map(({ status }) => status),
      returns.map(({ by }) => by),
      returns.map(({ policy }) => policy),
      returns.map(({ rule }) => rule),
      returns.map(({ location }) => location),
      returns.map(({ sendBackUntil }) => sendBackUntil),
      returns.map(({ refundShipping }) => refundShipping),
      returns.map(({ refundedMinor }) => refundedMinor),
      returns.map(({ lines }) => JSON.stringify(lines)),
      returns.map(({ requestedAt }) => requestedAt),
    ],
  )
  const claims = returns.filter(claimsUnits).flatMap(({ id, order, lines }) => lines.flatMap(({ line, unitNumbers }) => unitNumbersOf(unitNumbers).map((unit) => ({ id, order, line, unit }))))
  // the claims of these returns are written anew: units that never came are free for another return
  await tx.query('claims-drop', 'DELETE FROM returned_unit WHERE return_id = ANY($1::uuid[])', [returns.map(({ id }) => id)])
  await tx.query('claims-save', 'INSERT INTO returned_unit (order_id, line, unit_number, return_id) SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[])', [
    claims.map(({ order }) => order),
    claims.map(({ line }) => line),
    claims.map(({ unit }) => unit),
    claims.map(({ id }) => id),
  ])
}

const saveSteps = (tx: Tx, steps: readonly Step[]): Promise<unknown> =>
  tx.query(
    'returns-history',
    `INSERT INTO return_history (subject, seq, from_status, to_status, at, cause)
     SELECT s.subject, coalesce((SELECT max(h.seq) FROM return_history h WHERE h.subject = s.subject), 0) + row_number() OVER (PARTITION BY s.subject ORDER BY s.place), s.from_status, s.to_status, $5, s.cause
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS s(subject, from_status, to_status, cause, place)`,
    [steps.map(({ id }) => id), steps.map(({ from }) => from), steps.map(({ to }) => to), steps.map(({ cause }) => causeText(cause)), tx.now],
  )

const causeText = (cause: Cause): string => (cause.kind === 'event' ? cause.eventId : cause.kind === 'request' ? `${cause.client} ${cause.route}` : cause.timer)

async function saveFeedbacks(tx: Tx, feedbacks: readonly { readonly care: OrderCare; readonly feedback: Feedback }[]): Promise<void> {
  await tx.query(
    'feedback-save',
    `INSERT INTO feedback (feedback_id, order_id, shipment_id, status, answer_until, carrier, products, packages, csat, nps, causes, words, answered_at)
     SELECT n.id, n.order_id, n.shipment, n.status, n.answer_until, n.carrier,
       ARRAY(SELECT jsonb_array_elements_text(n.products)), ARRAY(SELECT jsonb_array_elements_text(n.packages)),
       n.csat, n.nps, CASE WHEN n.causes IS NULL THEN NULL ELSE ARRAY(SELECT jsonb_array_elements_text(n.causes)) END, n.words, CASE WHEN n.csat IS NULL THEN NULL ELSE $13::timestamptz END
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::jsonb[], $8::jsonb[], $9::smallint[], $10::smallint[], $11::jsonb[], $12::text[])
       AS n(id, order_id, shipment, status, answer_until, carrier, products, packages, csat, nps, causes, words)
     ON CONFLICT (feedback_id) DO UPDATE SET status = excluded.status, carrier = excluded.carrier, products = excluded.products, packages = excluded.packages,
       csat = excluded.csat, nps = excluded.nps, causes = excluded.causes, words = excluded.words, answered_at = coalesce(feedback.answered_at, excluded.answered_at)`,
    [
      feedbacks.map(({ feedback }) => feedback.id),
      feedbacks.map(({ care }) => care.order),
      feedbacks.map(({ feedback }) => feedback.shipment),
      feedbacks.map(({ feedback }) => feedback.status),
      feedbacks.map(({ feedback }) => feedback.answerUntil),
      feedbacks.map(({ care, feedback }) => care.shipments.find(({ shipment }) => shipment === feedback.shipment)?.carrier ?? ''),
      feedbacks.map(({ care, feedback }) => JSON.stringify(productsOf(care, feedback.shipment))),
      feedbacks.map(({ care, feedback }) => JSON.stringify(packagesOf(care, feedback.shipment))),
      feedbacks.map(({ feedback }) => feedback.answer?.csat ?? null),
      feedbacks.map(({ feedback }) => feedback.answer?.nps ?? null),
      feedbacks.map(({ feedback }) => (feedback.answer ? JSON.stringify(feedback.answer.causes) : null)),
      feedbacks.map(({ feedback }) => feedback.answer?.text ?? null),
      tx.now,
    ],
  )
}

function setWake(tx: Tx, order: OrderId, { kind, subject, dueAt }: Wake): void {
  if (dueAt === null) tx.cancelTimer(kind, subject)
  else tx.schedule({ kind, subject, dueAt, payload: { order }, correlationId: order })
}

function setTask(tx: Tx, order: OrderId, { kind, subject, why, owner, dueAt, done }: PersonTask, cause: Cause): void {
  if (done !== undefined) tx.closeTask(kind, subject, done, cause)
  else tx.openTask({ kind, subject, why, owner, dueAt, order, cause })
}
