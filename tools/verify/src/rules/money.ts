import { NAMED_MAX, type Rule, type Violation } from '../rule.js'

/** G8. */
export const moneyBounds: Rule = {
  id: 'G8',
  promise: '0 <= refunded <= captured <= authorized; no order is charged more than its total; the ledger says the same',
  settles: false,
  async check(world) {
    const bounds = await world.query<{ order_id: string; authorized_minor: string; captured_minor: string; refunded_minor: string; total_minor: string }>(
      'order',
      `SELECT p.order_id, p.authorized_minor, p.captured_minor, p.refunded_minor, o.total_minor FROM payments p JOIN orders o ON o.id = p.order_id
       WHERE p.refunded_minor < 0 OR p.refunded_minor > p.captured_minor OR p.captured_minor > p.authorized_minor OR p.captured_minor > o.total_minor LIMIT ${NAMED_MAX}`,
    )
    const refunds = await world.query<{ order_id: string; refunded: string; captured_minor: string }>(
      'order',
      `SELECT p.order_id, sum(r.refunded_minor) AS refunded, p.captured_minor FROM refunds r JOIN payments p ON p.order_id = r.order_id
       GROUP BY p.order_id, p.captured_minor, p.refunded_minor HAVING sum(r.refunded_minor) <> p.refunded_minor LIMIT ${NAMED_MAX}`,
    )
    const ledger = await world.query<{ payment_id: string; account: string; ledger: string; kept: string }>(
      'order',
      `WITH booked AS (SELECT payment_id, account, sum(amount_minor) AS amount FROM payment_ledger GROUP BY payment_id, account)
       SELECT p.id AS payment_id, b.account, b.amount AS ledger, (p.captured_minor - p.refunded_minor) AS kept
       FROM payments p JOIN booked b ON b.payment_id = p.id AND b.account = 'captured' WHERE abs(b.amount) <> p.captured_minor - p.refunded_minor
       UNION ALL SELECT payment_id, 'sum of all', sum(amount_minor), 0 FROM payment_ledger GROUP BY payment_id HAVING sum(amount_minor) <> 0 LIMIT ${NAMED_MAX}`,
    )
    return [
      ...bounds.map((row) => ({ subject: `order ${row.order_id}`, what: `authorized ${row.authorized_minor}, captured ${row.captured_minor}, refunded ${row.refunded_minor} of ${row.total_minor}` })),
      ...refunds.map((row) => ({ subject: `order ${row.order_id}`, what: `refunds sum to ${row.refunded}, the payment says otherwise` })),
      ...ledger.map((row) => ({ subject: `payment ${row.payment_id}`, what: `ledger account ${row.account} has ${row.ledger}, expected ${row.kept}` })),
    ]
  },
}

interface Operation {
  id: string
  order_id: string
  kind: string
  amount_minor: string
  currency: string
  status: string
}

/** Our word for what the provider calls otherwise. */
const providerKind: Readonly<Record<string, string>> = { authorize: 'authorization', renew: 'authorization', capture: 'capture', void: 'void', refund: 'refund' }

/** G9. */
export const noDoubleCharge: Rule = {
  id: 'G9',
  promise: 'Our operations and the provider\'s ledger are the same list, by key and amount; nothing there without our intent',
  settles: true,
  async check(world) {
    const ours = await world.query<Operation>('order', 'SELECT id, order_id, kind, amount_minor, currency, status FROM payment_operations')
    const theirs = await world.providerOperations()
    const done = new Map(theirs.map((operation) => [operation.key, operation]))
    const asked = new Map(ours.map((operation) => [operation.id, operation]))
    const unasked = theirs.filter(({ key }) => !asked.has(key)).map(({ key, kind, amountMinor }) => ({ subject: `provider key ${key}`, what: `${kind} of ${amountMinor} was done without an intent of ours` }))
    const doubled = theirs.filter(({ key }, index) => theirs.findIndex((each) => each.key === key) !== index).map(({ key, kind }) => ({ subject: `provider key ${key}`, what: `${kind} was done twice` }))
    const unlike = ours.flatMap((operation): Violation[] => {
      const there = done.get(operation.id)
      const subject = `order ${operation.order_id} ${operation.kind} ${operation.id}`
      if (operation.status === 'succeeded' && there?.status !== 'succeeded') return [{ subject, what: 'succeeded here, not at the provider' }]
      if (operation.status === 'failed' && there?.status === 'succeeded') return [{ subject, what: 'failed here, succeeded at the provider' }]
      if (there?.status !== 'succeeded' || operation.status !== 'succeeded') return []
      const isSame = there.kind.startsWith(providerKind[operation.kind] ?? operation.kind) && there.currency === operation.currency && Number(operation.amount_minor) === there.amountMinor
      return isSame ? [] : [{ subject, what: `is ${operation.amount_minor} ${operation.currency} here, ${there.kind} of ${there.amountMinor} ${there.currency} there` }]
    })
    return [...unasked, ...doubled, ...unlike]
  },
}
