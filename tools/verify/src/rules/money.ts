import { NAMED_MAX, type Rule, type Violation } from '../rule.js'
import type { ProviderOperation } from '../world.js'

/** G8. */
export const moneyBounds: Rule = {
  id: 'G8',
  promise: '0 <= refunded <= captured <= authorized; no order is charged more than its total; the ledger says the same',
  settles: false,
  async check(world) {
    const bounds = await world.query<{ order_id: string; authorized_minor: string; captured_minor: string; refunded_minor: string; total_minor: string | null }>(
      'order',
      `SELECT p.order_id, p.authorized_minor, p.captured_minor, p.refunded_minor, o.total_minor FROM payments p LEFT JOIN orders o ON o.id = p.order_id
       WHERE p.refunded_minor < 0 OR p.refunded_minor > p.captured_minor OR p.captured_minor > p.authorized_minor OR p.captured_minor > coalesce(o.total_minor, 0) LIMIT ${NAMED_MAX}`,
    )
    const refunds = await world.query<{ order_id: string; refunded: string; refunded_minor: string }>(
      'order',
      `SELECT order_id, coalesce(r.refunded, 0) AS refunded, coalesce(p.refunded_minor, 0) AS refunded_minor FROM payments p
       FULL JOIN (SELECT order_id, sum(refunded_minor) AS refunded FROM refunds GROUP BY order_id) r USING (order_id)
       WHERE coalesce(r.refunded, 0) <> coalesce(p.refunded_minor, 0) LIMIT ${NAMED_MAX}`,
    )
    const ledger = await world.query<{ payment_id: string; account: string; booked: string; expected: string }>(
      'order',
      `SELECT coalesce(p.id, b.payment_id) AS payment_id, 'captured' AS account, coalesce(b.amount, 0) AS booked, coalesce(p.captured_minor - p.refunded_minor, 0) AS expected
       FROM payments p FULL JOIN (SELECT payment_id, sum(amount_minor) AS amount FROM payment_ledger WHERE account = 'captured' GROUP BY payment_id) b ON b.payment_id = p.id
       WHERE coalesce(b.amount, 0) <> coalesce(p.captured_minor - p.refunded_minor, 0)
       UNION ALL SELECT payment_id, 'sum of operation ' || operation_id, sum(amount_minor), 0 FROM payment_ledger GROUP BY payment_id, operation_id HAVING sum(amount_minor) <> 0
       LIMIT ${NAMED_MAX}`,
    )
    return [
      ...bounds.map((row) => ({ subject: `order ${row.order_id}`, what: `authorized ${row.authorized_minor}, captured ${row.captured_minor}, refunded ${row.refunded_minor} of ${row.total_minor ?? 'no order'}` })),
      ...refunds.map((row) => ({ subject: `order ${row.order_id}`, what: `refunds sum to ${row.refunded}, the payment says ${row.refunded_minor}` })),
      ...ledger.map((row) => ({ subject: `payment ${row.payment_id}`, what: `ledger: ${row.account} is ${row.booked}, expected ${row.expected}` })),
    ]
  },
}

interface Operation {
  readonly id: string
  readonly order_id: string
  readonly kind: string
  readonly amount_minor: string
  readonly currency: string
  readonly status: string
  /** Without an outcome for longer than any outcome may take. */
  readonly is_forgotten: boolean
}

/** Our word for what the provider calls otherwise. */
const providerKind: Readonly<Record<string, string>> = { authorize: 'authorization', renew: 'authorization', capture: 'capture', void: 'void', refund: 'refund' }

/** G9. */
export const noDoubleCharge: Rule = {
  id: 'G9',
  promise: 'Our operations with money are the provider\'s, by key, kind and amount; nothing is done twice, nothing without our intent',
  settles: true,
  async check(world) {
    // theirs first: what they did was written here before we asked
    const theirs = await world.providerOperations()
    // an unknown outcome is found out within 15 minutes. Source: G10
    const ours = await world.query<Operation>(
      'order',
      `SELECT id, order_id, kind, amount_minor, currency, status, status IN ('intent', 'unknown') AND created_at < now() - interval '15 minutes' AS is_forgotten FROM payment_operations`,
    )
    const done = Map.groupBy(theirs, ({ key }) => key)
    const asked = new Set(ours.map(({ id }) => id))
    const unasked = theirs.filter(({ key }) => !asked.has(key)).map(({ key, kind, amountMinor }) => ({ subject: `provider key ${key}`, what: `${kind} of ${amountMinor} was done without an intent of ours` }))
    const doubled = [...done].filter(([, times]) => times.length > 1).map(([key, times]) => ({ subject: `provider key ${key}`, what: `${times[0]?.kind} was done ${times.length} times` }))
    const unlike = ours.flatMap((operation): Violation[] => {
      const what = differenceOf(operation, done.get(operation.id)?.[0])
      return what === undefined ? [] : [{ subject: `order ${operation.order_id} ${operation.kind} ${operation.id}`, what }]
    })
    return [...unasked, ...doubled, ...unlike]
  },
}

/** What the provider says otherwise of an operation, if anything. */
function differenceOf(here: Operation, there: ProviderOperation | undefined): string | undefined {
  const isDone = there?.status === 'succeeded'
  if (here.status === 'succeeded' && !isDone) return 'succeeded here, not at the provider'
  if (here.status === 'failed' && isDone) return 'failed here, succeeded at the provider'
  if (here.is_forgotten && isDone) return `is ${here.status} here for more than 15 minutes, succeeded at the provider`
  if (here.status !== 'succeeded' || !there) return undefined
  const isSame = there.kind === (providerKind[here.kind] ?? here.kind) && there.currency === here.currency && Number(here.amount_minor) === there.amountMinor
  return isSame ? undefined : `is ${here.amount_minor} ${here.currency} here, ${there.kind} of ${there.amountMinor} ${there.currency} there`
}
