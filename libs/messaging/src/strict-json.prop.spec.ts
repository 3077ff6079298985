import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseStrictJson } from './strict-json.js'

const key = fc.string({ maxLength: 8 }).filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text) && !text.includes('\u0000'))
const text = fc.string({ unit: 'grapheme' }).filter((string) => !string.includes('\u0000'))
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof({ maxDepth: 6 }, text, fc.integer(), fc.double({ noDefaultInfinity: true, noNaN: true }).filter((number) => !Number.isInteger(number) || Number.isSafeInteger(number)), fc.boolean(), fc.constant(null), fc.array(tie('json'), { maxLength: 4 }), fc.dictionary(key, tie('json'), { maxKeys: 4, noNullPrototype: true })),
}))

test('what JSON.stringify wrote is read back as it was', () => {
  fc.assert(
    fc.property(json, fc.constantFrom(0, 2), (value, indent) => {
      const written = JSON.stringify(value, undefined, indent)
      expect(parseStrictJson(written)).toEqual({ value: JSON.parse(written) })
    }),
  )
})

test('it reads nothing that JSON.parse does not read, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), (written) => {
      const read = parseStrictJson(written)
      if ('value' in read) expect(read.value).toEqual(JSON.parse(written))
    }),
  )
})

test('a key that comes twice anywhere is refused', () => {
  fc.assert(
    fc.property(key, json, json, (name, one, other) => {
      const pair = (value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`
      expect(parseStrictJson(`{"outer":{${pair(one)},${pair(other)}}}`)).toMatchObject({ refused: 'duplicate-json-key' })
    }),
  )
})

test('depth 20 is read, 21 and 200,000 are refused at once', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(parseStrictJson(nested(20))).toHaveProperty('value')
  expect(parseStrictJson(nested(21))).toMatchObject({ refused: 'json-too-deep' })
  const started = performance.now()
  expect(parseStrictJson(nested(200_000))).toMatchObject({ refused: 'json-too-deep' })
  expect(performance.now() - started).toBeLessThan(5)
})
