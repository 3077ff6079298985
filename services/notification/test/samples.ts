import { asId, businessDate, type OrderId } from '@waybill/kernel'
import type { CustomerLinks } from '../src/messages/customer-links.js'
import type { Details, Occasion } from '../src/messages/message.js'

export const details: Details = { order: asId<OrderId>('01938b1e-7c00-7000-8000-000000000001'), reference: 'W-1001', name: 'Ada Lovelace', email: 'ada@example.com' }

export const links: CustomerLinks = {
  pay: (order) => `https://order.example/pay/pay.${order}`,
  trackOrder: (order) => `https://shipping.example/t/order.${order}`,
  trackShipment: (shipment) => `https://shipping.example/t/shipment.${shipment}`,
  feedback: (feedback) => `https://care.example/f/feedback.${feedback}`,
  sendBack: (order) => `https://care.example/r/return.${order}`,
}

const window = { from: businessDate('2026-11-26'), to: businessDate('2026-11-28') }
const later = { from: businessDate('2026-12-13'), to: businessDate('2026-12-15') }
const unknown = { from: null, to: null }

/** One of each. */
export const occasions: readonly Occasion[] = [
  {
    kind: 'order-confirmed',
    totalMinor: 3_451,
    currency: 'EUR',
    lines: [
      {
        description: 'Olive oil 500 ml',
        units: 3,
        promises: [
          { units: 2, backordered: false, availableOn: null, window },
          { units: 1, backordered: true, availableOn: '2026-12-10', window: later },
        ],
      },
      { description: 'Vinegar', units: 1, promises: [{ units: 1, backordered: true, availableOn: null, window: unknown }] },
    ],
  },
  { kind: 'promise-changed', description: 'Olive oil 500 ml', units: 1, old: window, new: later },
  { kind: 'payment-declined', until: '2026-11-30T10:00:00Z' },
  { kind: 'order-expired' },
  { kind: 'order-cancelled', why: 'no location can send to this country' },
  { kind: 'shipped', shipment: '01938b1e-7c00-7000-8000-000000000003', carrier: 'meridian', trackingNumbers: ['ME1', 'ME2'], lines: [{ line: 1, units: 2 }, { line: 2, units: 1 }], expected: window },
  { kind: 'feedback-requested', feedback: '01938b1e-7c00-7000-8000-000000000006', answerUntil: '2026-12-30T10:00:00Z' },
  { kind: 'return-approved', sendBackUntil: '2026-12-30', lines: [{ line: 1, units: 1 }] },
  { kind: 'return-rejected', why: 'Food cannot be returned.' },
  { kind: 'refunded', amountMinor: 1_151, currency: 'EUR' },
]

export const occasionOf = <K extends Occasion['kind']>(kind: K): Occasion => {
  const found = occasions.find((each) => each.kind === kind)
  if (!found) throw new Error(kind)
  return found
}
