import { hash } from 'node:crypto'
import { asId, type Cause, type OrderId } from '@waybill/kernel'
import { newId, type Tx } from '@waybill/service-kit'
import { again, identityOf, knownOf, type Candidate, type Decision, type KnownOrder } from '../capture/capture.js'
import type { Capture, Incoming, OrderAnswer } from '../capture/capture.store.js'
import { referenceKey } from '../capture/reference.js'
import { contentOf, type Submission } from '../capture/submission.js'
import type { PlacedOrder } from '../orders/placed-order.js'
import { place } from './place-orders.js'
import type { Patience } from '../order-process/patience.js'
import type { RememberedTerms } from './terms.js'

/** An order, and why it is captured. */
export interface Caused extends Incoming {
  readonly cause: Cause
}

interface KnownRow {
  readonly channel: string
  readonly reference: string
  readonly content_hash: string
  readonly order_id: string
  readonly currency: string
  readonly total_minor: string
}

/**
 * Captures a batch within the caller's transaction: reads the terms and what is known, decides, claims the references,
 * keeps what is placed. One decision per order, same order; `beforePlacing` sees them before the placed orders are told. Whoever claims a reference first has it: a transaction that
 * meets another's claim waits for its end and answers by what it committed.
 */
export async function captureWithin(
  tx: Tx,
  terms: RememberedTerms,
  { limits }: Patience,
  incoming: readonly Caused[],
  decide: Capture,
  beforePlacing: (decisions: readonly Decision[]) => unknown = () => undefined,
): Promise<readonly Decision[]> {
  const readable = incoming.flatMap(({ read, cause }) => ('faults' in read ? [] : [{ submission: read, cause, contentHash: hash('sha256', contentOf(read)) }]))
  const loaded = await terms.load(tx, readable.map(({ submission }) => namedIn(submission)))
  const decided = decide(readable, await knownOrders(tx, readable.map(({ submission }) => submission)), loaded, newId)
  const claimed = await claim(tx, decided.flatMap((decision) => (decision.kind === 'placed' ? [decision.placed] : [])))
  const lost = decided.flatMap((decision) => (decision.kind === 'placed' && !claimed.has(decision.placed.order) ? [decision.placed] : []))
  const theirs = await knownOrders(tx, lost)
  const settled = decided.map((decision, index) => {
    const candidate = candidateAt(readable, index)
    const before = theirs.get(identityOf(candidate.submission))
    return before ? again(before, candidate.contentHash) : decision
  })
  const placed = settled.flatMap((decision, index) => (decision.kind === 'placed' ? [{ order: decision.placed, cause: candidateAt(readable, index).cause }] : []))
  let index = 0
  const decisions = incoming.map(({ read }): Decision => ('faults' in read ? { kind: 'refused', refusal: read } : decisionAt(settled, index++)))
  beforePlacing(decisions)
  if (placed.length > 0) await place(tx, placed.map(({ order }) => order), placed.map(({ cause }) => cause), limits)
  return decisions
}

/** How a door words the answer. */
export function answerTo(decision: Decision, reference: string): OrderAnswer {
  if (decision.kind === 'refused') return { status: 'refused', ...decision.refusal }
  const known = decision.kind === 'placed' ? knownOf(decision.placed) : decision.known
  return { status: 'accepted', isNew: decision.kind === 'placed', order: known.order, channel: known.channel, reference, currency: known.currency, totalMinor: Number(known.totalMinor) }
}

const namedIn = ({ channel, currency, lines }: Submission) => ({ channel, currency, products: lines.map(({ product }) => product) })

async function knownOrders(tx: Tx, submissions: readonly { readonly channel: string; readonly reference: string }[]): Promise<ReadonlyMap<string, KnownOrder>> {
  if (submissions.length === 0) return new Map()
  const rows = await tx.query<KnownRow>(
    'capture.known',
    `SELECT k.channel, k.reference, k.content_hash, k.order_id, k.currency, k.total_minor
     FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS asked (channel, reference_key)) asked
     JOIN channel_orders k USING (channel, reference_key)`,
    [submissions.map(({ channel }) => channel), submissions.map(({ reference }) => referenceKey(reference))],
  )
  return new Map(rows.map((row) => [identityOf(row), knownOrder(row)]))
}

const knownOrder = (row: KnownRow): KnownOrder => ({
  order: asId<OrderId>(row.order_id),
  channel: row.channel,
  reference: row.reference,
  contentHash: row.content_hash,
  currency: row.currency,
  totalMinor: BigInt(row.total_minor),
})

/** Writes the references in one order for every caller, so that two batches cannot deadlock. Returns the orders that got theirs. */
async function claim(tx: Tx, orders: readonly PlacedOrder[]): Promise<ReadonlySet<string>> {
  if (orders.length === 0) return new Set()
  const sorted = orders.map((order) => ({ ...knownOf(order), key: referenceKey(order.reference) })).sort((a, b) => (a.channel + a.key < b.channel + b.key ? -1 : 1))
  const rows = await tx.query<{ order_id: string }>(
    'capture.claim',
    `INSERT INTO channel_orders (channel, reference_key, reference, content_hash, order_id, currency, total_minor, accepted_at)
     SELECT *, $8::timestamptz FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::bigint[])
     ON CONFLICT (channel, reference_key) DO NOTHING RETURNING order_id`,
    [
      sorted.map(({ channel }) => channel), sorted.map(({ key }) => key), sorted.map(({ reference }) => reference), sorted.map(({ contentHash }) => contentHash),
      sorted.map(({ order }) => order), sorted.map(({ currency }) => currency), sorted.map(({ totalMinor }) => totalMinor.toString()), tx.now,
    ],
  )
  return new Set(rows.map((row) => row.order_id))
}

type CausedCandidate = Candidate & { readonly cause: Cause }

function candidateAt(candidates: readonly CausedCandidate[], index: number): CausedCandidate {
  const candidate = candidates[index]
  if (!candidate) throw new Error('A decision has no candidate')
  return candidate
}

function decisionAt(decisions: readonly Decision[], index: number): Decision {
  const decision = decisions[index]
  if (!decision) throw new Error('An order has no decision')
  return decision
}

/** Channel and reference as a reply and a table can carry them, even where they are what is wrong. */
export function sentAs(order: Incoming | undefined): { channel: string; reference: string } {
  const raw = (order?.raw ?? {}) as { readonly channel?: unknown; readonly reference?: unknown }
  return { channel: printable(raw.channel), reference: printable(raw.reference) }
}

const printable = (value: unknown): string => (typeof value === 'string' ? value.replace(/\p{C}/gu, '?').slice(0, 64) : '') || '?'
