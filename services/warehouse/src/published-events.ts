import {
  DamageReported, FulfillmentAccepted, FulfillmentHandedOver, FulfillmentPacked, FulfillmentPicked, FulfillmentRejected, FulfillmentShortPicked, PickingStarted,
} from '@waybill/contracts'
import type { Cause } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { Fact } from './fulfillments/facts.js'

/** Tells the others what happened on the floor. */
export function publish(tx: Tx, facts: readonly Fact[], cause: Cause): void {
  for (const fact of facts) publishOne(tx, fact, cause)
}

function publishOne(tx: Tx, fact: Fact, cause: Cause): void {
  const { order, fulfillment, location } = fact
  const of = { order, fulfillment, location }
  const message = <P>(payload: P) => ({ subject: fulfillment, key: order, correlationId: order, payload, cause })
  switch (fact.fact) {
    case 'accepted':
      return tx.publish(FulfillmentAccepted, message(of))
    case 'rejected':
      return tx.publish(FulfillmentRejected, message({ ...of, why: fact.why }))
    case 'picking-started':
      return tx.publish(PickingStarted, message({ ...of, wave: fact.wave }))
    case 'picked':
      return tx.publish(FulfillmentPicked, message({ ...of, lines: mutable(fact.lines) }))
    case 'short-picked': {
      const { reason, remaining, lines, writtenOff } = fact
      return tx.publish(FulfillmentShortPicked, message({ ...of, reason, remaining, lines: mutable(lines), writtenOff: mutable(writtenOff) }))
    }
    case 'damage-reported': {
      const { product, lot, expiresOn, bin, units, reason, by } = fact
      return tx.publish(DamageReported, message({ ...of, product, lot, expiresOn, bin, units, reason, by }))
    }
    case 'packed':
      return tx.publish(FulfillmentPacked, message({ ...of, packages: mutable(fact.packages), lines: mutable(fact.lines) }))
    case 'handed-over':
      return tx.publish(FulfillmentHandedOver, message({ ...of, packages: mutable(fact.packages), lines: mutable(fact.lines) }))
    default:
      return fact satisfies never
  }
}

type Mutable<T> = T extends string | number | boolean | null ? T : T extends readonly (infer Item)[] ? Mutable<Item>[] : { -readonly [Key in keyof T]: Mutable<T[Key]> }

/** Facts are readonly, payloads of the contracts are not; the value is the same. */
const mutable = <T>(value: T): Mutable<T> => value as Mutable<T>
