import { Injectable } from '@nestjs/common'
import { dayIn, type BusinessDate, type Cause, type OrderId } from '@waybill/kernel'
import { CareStore } from '../care/care.store.js'
import { decided } from '../care/facts.js'
import { packed, placed, shipmentSeen, type CaredPackage, type CaredShipment, type PlacedFacts } from '../care/order-care.js'
import { askFeedback } from '../feedback/ask-feedback.js'
import { policyFor, type PolicySubject } from '../policies/return-policy.js'

export interface OrderWasPlaced {
  readonly cause: Cause
  readonly order: OrderId
  readonly placedOn: BusinessDate
  readonly facts: Omit<PlacedFacts, 'lines'> & { readonly lines: readonly (Omit<PlacedFacts['lines'][number], 'policy'> & { readonly subject: PolicySubject })[] }
}

type Seen = Pick<CaredShipment, 'shipment' | 'fulfillment' | 'carrier' | 'lines'>

/** Follows an order to its door: freezes the policy in force, notes packages and shipments, asks for feedback on delivery. */
@Injectable()
export class FollowOrder {
  constructor(private readonly care: CareStore) {}

  async placed(orders: readonly OrderWasPlaced[]): Promise<void> {
    await this.care.change(orders, (care, { facts, placedOn }, { policies }) =>
      decided(placed(care, { ...facts, lines: facts.lines.map(({ subject, ...line }) => ({ ...line, policy: policyFor(policies, subject, placedOn) })) }), null),
    )
  }

  async packed(fulfillments: readonly { readonly cause: Cause; readonly order: OrderId; readonly packages: readonly CaredPackage[] }[]): Promise<void> {
    await this.care.change(fulfillments, (care, { packages }) => decided(packed(care, packages), null))
  }

  async dispatched(shipments: readonly { readonly cause: Cause; readonly order: OrderId; readonly seen: Seen & { readonly location: string } }[]): Promise<void> {
    await this.care.change(shipments, (care, { seen }) => decided(shipmentSeen(care, seen), null))
  }

  async delivered(shipments: readonly { readonly cause: Cause; readonly order: OrderId; readonly seen: Seen & { readonly deliveredAt: string } }[]): Promise<void> {
    await this.care.change(shipments, (care, { seen }, { now, newId, zoneOf }) => {
      const location = care.shipments.find(({ shipment }) => shipment === seen.shipment)?.location
      const deliveredOn = dayIn(location ? zoneOf(location) : 'UTC', new Date(seen.deliveredAt))
      return askFeedback(shipmentSeen(care, { ...seen, deliveredOn }), { shipment: seen.shipment, feedback: newId() }, now)
    })
  }
}
