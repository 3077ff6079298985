import { expect, test } from '@jest/globals'
import { allEvents } from '@waybill/contracts'
import { fits, type Schema } from './schema.js'

const line: Schema = { type: 'object', required: ['units'], properties: { units: { type: 'integer', minimum: 1, maximum: 9 }, lot: { anyOf: [{ type: 'string', pattern: '^L' }, { type: 'null' }] } }, additionalProperties: false }

test.each([[{ units: 1 }], [{ units: 9, lot: null }], [{ units: 1, lot: 'L1' }]])('%j fits', (value) => {
  expect(fits({ $ref: '#/components/schemas/Line' }, value, { Line: line })).toBe(true)
})

test.each([[{}], [{ units: 0 }], [{ units: 1.5 }], [{ units: '1' }], [{ units: 1, lot: 'M' }], [{ units: 1, more: 1 }], [[]], [null], ['x']])('%j does not', (value) => {
  expect(fits(line, value)).toBe(false)
})

test.each(allEvents.map((event) => [event.type, event] as const))('the example of %s fits, and nothing does without its first field', (_type, event) => {
  expect(fits(event.payload as Schema, event.example)).toBe(true)
  const [first = ''] = ((event.payload as Schema)['required'] ?? []) as readonly string[]
  expect(fits(event.payload as Schema, { ...(event.example as object), [first]: undefined })).toBe(false)
})
