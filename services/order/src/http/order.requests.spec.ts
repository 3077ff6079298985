import 'reflect-metadata'
import { describe, expect, test } from '@jest/globals'
import { readSubmission } from '../capture/read-submission.js'
import { OrderAddress, OrderCustomer, OrderDelivery, OrderLineRequest, OrderPaymentRequest, PlaceOrderRequest } from './order.requests.js'

type Parts = Record<string, unknown>

/** An order that says everything there is to say. */
const everything = {
  channel: 'web', reference: 'W-1', placedAt: '2026-11-23T10:00:00Z', currency: 'EUR', discountMinor: 1, shippingMinor: 1, totalMinor: 1, priority: 1,
  customer: { name: 'Ada', email: 'ada@example.com', phone: '1', language: 'en' },
  deliveryAddress: { name: 'Ada', street: 'S', street2: 'S', postalCode: '1', city: 'C', region: 'R', country: 'DE' },
  delivery: { preference: 'green', forbiddenModes: ['air'] },
  lines: [{ product: 'P-1', units: 1, options: { size: 'L' }, unitPriceMinor: 1, taxMinor: 1, currency: 'EUR' }],
  payment: { token: 't', capturedMinor: 1 },
}

const documented = (target: { readonly prototype: object }) =>
  (Reflect.getMetadata('swagger/apiModelPropertiesArray', target.prototype) as string[]).map((name) => {
    const property = name.slice(1)
    const { required } = Reflect.getMetadata('swagger/apiModelProperties', target.prototype, property) as { required?: boolean }
    return { property, required: required !== false }
  })

/** The order with one part of it changed. */
const withPart = (path: string, part: unknown): Parts =>
  path === '' ? { ...(part as Parts), lines: 'lines' in (part as Parts) ? [{ product: 'P-1', units: 1 }] : undefined } : path === 'lines' ? { ...everything, lines: [part] } : { ...everything, [path]: part }
const partAt = (path: string): Parts => (path === '' ? everything : path === 'lines' ? everything.lines[0] : (everything as Parts)[path]) as Parts
const faultsOf = (order: unknown) => {
  const read = readSubmission(order, { unknownProperties: 'refuse' })
  return 'faults' in read ? read.faults.map(({ pointer, code }) => `${pointer} ${code}`) : []
}

describe('what the API says of an order is how it is read', () => {
  test('an order that says everything is taken', () => expect(faultsOf(everything)).toEqual([]))

  test.each([
    ['', PlaceOrderRequest], ['customer', OrderCustomer], ['deliveryAddress', OrderAddress], ['delivery', OrderDelivery], ['lines', OrderLineRequest], ['payment', OrderPaymentRequest],
  ])('in its part /%s', (path, target) => {
    const properties = documented(target)
    expect(properties.map(({ property }) => property).sort()).toEqual(Object.keys(partAt(path)).sort())
    for (const { property, required } of properties) {
      const { [property]: _, ...without } = partAt(path)
      expect([property, faultsOf(withPart(path, without)).length > 0]).toEqual([property, required])
    }
    expect(faultsOf(withPart(path, { ...partAt(path), surprise: 1 })).join()).toMatch(/surprise unknown-property$/)
  })
})
