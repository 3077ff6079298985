import { Injectable } from '@nestjs/common'
import type { Answered } from '@waybill/kernel'
import { newId, UnitOfWork, type Tx } from '@waybill/service-kit'
import { knownOf, type Decision } from '../capture/capture.js'
import { CaptureStore, FORGET_REFUSED, type Arrival, type Capture, type DueInput, type Door, type OrderAnswer } from '../capture/capture.store.js'
import { orderAccepted, orderRefused } from '../published-events.js'
import { answerTo, captureWithin, sentAs, type Caused } from './capture-orders.js'
import { INPUT_KEPT_DAYS, keepInputKeys, newInputKey, seal } from './sealed-input.js'
import { Patience } from '../order-process/patience.js'
import { RememberedTerms } from './terms.js'

const DAY_MS = 86_400_000

/** Undoes the transaction of a call that is refused, and carries the answers out of it. */
class Undone extends Error {
  constructor(readonly answers: readonly OrderAnswer[]) {
    super('refused')
    this.name = 'Undone'
  }
}

/** The doors' store in PostgreSQL. */
@Injectable()
export class PostgresCaptureStore extends CaptureStore {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly terms: RememberedTerms,
    private readonly patience: Patience,
  ) {
    super()
  }

  async capture(door: Door, arrivals: readonly Arrival[], decide: Capture): Promise<readonly Answered<readonly OrderAnswer[]>[]> {
    try {
      const outcomes = await this.uow.change(arrivals, (tx, fresh) => this.captureFresh(tx, door, fresh, decide))
      return outcomes.map((outcome) => {
        if (outcome.problem) throw outcome.problem
        return { result: outcome.result ?? [], replayed: outcome.replayed }
      })
    } catch (error) {
      if (error instanceof Undone) return [{ result: error.answers, replayed: false }]
      throw error
    }
  }

  async forgetRefused(due: readonly DueInput[]): Promise<void> {
    await this.uow.change(due, async (tx) => {
      const before = new Date(tx.now.getTime() - INPUT_KEPT_DAYS * DAY_MS)
      await tx.query('refused-input.forget-keys', 'DELETE FROM input_keys USING refused_input r WHERE r.id = input_keys.id AND r.refused_at < $1', [before])
      await tx.query('refused-input.forget', 'DELETE FROM refused_input WHERE refused_at < $1', [before])
    })
  }

  private async captureFresh(tx: Tx, door: Door, arrivals: readonly Arrival[], decide: Capture): Promise<(readonly OrderAnswer[])[]> {
    const incoming = arrivals.flatMap(({ cause, orders }) => orders.map((order): Caused => ({ ...order, cause })))
    const decisions = await captureWithin(tx, this.terms, this.patience, incoming, decide, (decided) => door === 'message' && tellChannels(tx, incoming, decided))
    if (door === 'message') await keepRefused(tx, incoming, decisions)
    const answers = decisions.map((decision, index) => answerTo(decision, sentAs(incoming[index]).reference))
    if (door === 'call' && answers.some(({ status }) => status === 'refused')) throw new Undone(answers)
    let taken = 0
    return arrivals.map(({ orders }) => answers.slice(taken, (taken += orders.length)))
  }
}

/** The answers to the channels, before what follows from them. */
function tellChannels(tx: Tx, incoming: readonly Caused[], decisions: readonly Decision[]): void {
  incoming.forEach((order, index) => {
    const decision = decisions[index]
    const as = sentAs(order)
    if (decision?.kind === 'refused') tx.publish(...orderRefused(as, decision.refusal, order.cause))
    else if (decision) tx.publish(...orderAccepted(as, decision.kind === 'placed' ? knownOf(decision.placed) : decision.known, decision.kind === 'placed', order.cause))
  })
}

async function keepRefused(tx: Tx, incoming: readonly Caused[], decisions: readonly Decision[]): Promise<void> {
  const refused = incoming.flatMap((order, index) => {
    const decision = decisions[index]
    return decision?.kind === 'refused' ? [{ ...sentAs(order), refusal: decision.refusal, raw: order.raw, id: newId(), key: newInputKey() }] : []
  })
  if (refused.length === 0) return
  await keepInputKeys(tx, refused)
  await tx.query(
    'refused-input.keep',
    `INSERT INTO refused_input (id, channel, reference, code, pointer, detail, sealed, refused_at)
     SELECT *, $8::timestamptz FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])`,
    [
      refused.map(({ id }) => id), refused.map(({ channel }) => channel), refused.map(({ reference }) => reference), refused.map(({ refusal }) => refusal.code),
      refused.map(({ refusal }) => refusal.pointer), refused.map(({ refusal }) => refusal.detail), refused.map(({ raw, key }) => seal(key, JSON.stringify(raw))), tx.now,
    ],
  )
  // one timer a day, however many are refused: it forgets what is old enough when it comes due
  const day = tx.now.toISOString().slice(0, 10)
  tx.schedule({ kind: FORGET_REFUSED, subject: day, dueAt: new Date(Date.parse(day) + (INPUT_KEPT_DAYS + 1) * DAY_MS) })
}
