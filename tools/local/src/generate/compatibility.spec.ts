import { describe, expect, it } from '@jest/globals'
import { incompatibilities } from './compatibility.js'

const released = {
  type: 'object',
  required: ['order', 'lines'],
  properties: {
    order: { type: 'string' },
    lines: { type: 'array', items: { type: 'object', required: ['units'], properties: { units: { type: 'integer', minimum: 1 } } } },
  },
}
const changed = (change: (schema: typeof released & { properties: Record<string, unknown> }) => void) => {
  const copy = structuredClone(released) as typeof released & { properties: Record<string, unknown> }
  change(copy)
  return incompatibilities(released, copy as never)
}

describe('a released message', () => {
  it('may stay as it is', () => expect(changed(() => undefined)).toEqual([]))
  it('may get an optional field, at the top and inside lines', () => {
    expect(changed((schema) => void (schema.properties['note'] = { type: 'string' }))).toEqual([])
    expect(changed((schema) => void Object.assign(schema.properties.lines.items.properties, { lot: { type: 'string' } }))).toEqual([])
  })
  it('may not get a required field', () =>
    expect(changed((schema) => (schema.required.push('note'), (schema.properties['note'] = { type: 'string' })))).toEqual(['/note became required']))
  it('may not lose a field', () => expect(changed((schema) => Reflect.deleteProperty(schema.properties, 'order'))).toEqual(['/order was removed']))
  it('may not make a required field optional, because readers count on it', () =>
    expect(changed((schema) => void schema.required.pop())).toEqual(['/lines is no longer required']))
  it('may not narrow or widen a value', () =>
    expect(changed((schema) => void (schema.properties.lines.items.properties.units.minimum = 0))).toEqual(['/lines/items/units/minimum was 1 and is 0']))
  it('may not change a type', () => expect(changed((schema) => void (schema.properties.order.type = 'integer'))).toHaveLength(1))
})
