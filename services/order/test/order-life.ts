import { expect } from '@jest/globals'
import { FulfillmentRequested, LanePublished, LocationPublished, OrderCompleted, ShipmentDelivered, ShipmentDispatched, StockReserved } from '@waybill/contracts'
import { newId, UnitOfWork } from '@waybill/service-kit'
import { eventually, exampleOf, type Namespace } from '@waybill/testing'
import { anOrder } from './builders.js'
import { newReference, type OrderHouse } from './order-house.js'

export const providerKey = 'the provider key of the tests'

/** The order service's environment beside a sandbox provider: impatient, as tests are. */
export const beside = (providerUrl: string): Readonly<Record<string, string>> => ({
  PAYMENT_PROVIDER_URL: providerUrl,
  PAYMENT_PROVIDER_KEY: providerKey,
  PAYMENT_DEADLINE: '700ms',
  PAYMENT_RETRY_AFTER: '100ms',
  PAYMENT_WINDOW: '8s',
  TASK_LIMIT: '1h',
})

/** What others do to orders, and what order and provider have in their books. House and provider are asked for late: hooks make them. */
export function orderLife(ns: Namespace, house: () => OrderHouse, provider: () => { readonly url: string }) {
  let statements = 0
  const rows = <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> => house().app.get(UnitOfWork).query<Row>(`test.${(statements += 1)}`, sql, values)

  const place = async (differs: Record<string, unknown> = {}, as = {}): Promise<string> => {
    const { status, body } = await house().place(anOrder({ reference: newReference(), lines: [{ product: 'P-1', units: 2 }], payment: { token: 'tok_ok' }, ...differs }), as)
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
    return body.order
  }

  const about = (order: string) => ({ key: order, subject: order, correlationId: order })
  const grant = (units: number, differs = {}) => ({ line: 1, stockedLine: '1.1', product: 'P-1', units, location: 'BER', grant: 1, ...differs })
  const reserve = (order: string, units = 2) => ns.publish(StockReserved, { ...about(order), payload: { order, lines: [grant(units)] } })

  const requested = async (order: string, place = 0) => {
    let found: FulfillmentRequested | undefined
    await eventually(async () => {
      const all = (await ns.allPublished(FulfillmentRequested)).filter(({ payload }) => payload.order === order)
      found = all[place]?.payload
      expect(found).toBeDefined()
    }, 20_000)
    return found as FulfillmentRequested
  }

  const dispatch = async ({ order, fulfillment, location, lines }: FulfillmentRequested) => {
    const shipment = newId()
    const units = lines.map(({ line, unitNumbers }) => ({ line, unitNumbers }))
    await ns.publish(ShipmentDispatched, {
      ...about(order),
      subject: shipment,
      payload: { order, shipment, fulfillment, location, mode: 'road', carrier: 'roadrunner', service: 'parcel', lines: units, packages: [], expected: { from: null, to: null } },
    })
    const deliver = () =>
      ns.publish(ShipmentDelivered, {
        ...about(order),
        subject: shipment,
        payload: { order, shipment, fulfillment, carrier: 'roadrunner', deliveredAt: new Date().toISOString(), proof: 'signed', lines: units },
      })
    return { deliver }
  }

  const of = (order: string) => ({ payload }: { readonly payload: { readonly order: string | null } }): boolean => payload.order === order

  /** What promises and fulfillments need to know of a place to send from. */
  const openBerlin = async () => {
    await ns.publish(LocationPublished, { key: 'BER', subject: 'BER', payload: exampleOf(LocationPublished) })
    await ns.publish(LanePublished, { key: 'BER:DE', subject: 'BER:DE', payload: exampleOf(LanePublished) })
    await eventually(async () => expect((await rows('SELECT 1 FROM known_locations JOIN known_lanes USING (location)')).length).toBe(1), 20_000)
  }

  const complete = async (order: string) => {
    const { deliver } = await dispatch(await requested(order))
    await deliver()
    return ns.published(OrderCompleted, of(order))
  }

  /** What the provider has in its books of an order, and we in ours: the same operations under the same keys. */
  const reconcile = async (order: string) => {
    const answer = await fetch(`${provider().url}/v1/ledger`, { headers: { authorization: `Bearer ${providerKey}` } })
    const { operations } = (await answer.json()) as { operations: { key: string; kind: string; status: string; amountMinor: number; reference?: string; authorization: string }[] }
    const authorizations = new Set(operations.filter(({ reference }) => reference === order).map(({ authorization }) => authorization))
    const theirs = operations.filter(({ authorization }) => authorizations.has(authorization))
    const ours = await rows<{ id: string; kind: string; status: string; amount_minor: string }>('SELECT id, kind, status, amount_minor FROM payment_operations WHERE order_id = $1', [order])
    const named = { authorization: 'authorize', capture: 'capture', void: 'void', refund: 'refund' } as Record<string, string>
    expect(theirs.map(({ key, kind, status, amountMinor }) => [key, named[kind], status === 'succeeded', amountMinor]).sort()).toEqual(
      ours.map(({ id, kind, status, amount_minor }) => [id, kind === 'renew' ? 'authorize' : kind, status === 'succeeded', Number(amount_minor)]).sort(),
    )
    const [balance] = await rows<{ sum: string | null }>('SELECT sum(amount_minor) FROM payment_ledger l JOIN payments p ON p.id = l.payment_id WHERE p.order_id = $1', [order])
    expect(Number(balance?.sum ?? 0)).toBe(0)
    return ours
  }

  return { rows, place, about, grant, reserve, requested, dispatch, of, openBerlin, complete, reconcile }
}
