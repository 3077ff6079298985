import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { hasRefusedCharacter } from '@waybill/kernel'
import { inexactNumbersIn, JSON_DEPTH_MAX, parseJson } from './json-parser.js'
import { Problem } from './problem.js'

const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]) : []
}

const numbersIn = (value: unknown): number[] => {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : []
}

/** What this house takes of what JSON can say. */
const isAcceptable = (value: unknown): boolean =>
  depthOf(value) <= JSON_DEPTH_MAX &&
  textsIn(value).every((text) => !hasRefusedCharacter(text) && !forbidden.has(text)) &&
  numbersIn(value).every((number) => !/^-?\d+$/.test(JSON.stringify(number)) || Number.isSafeInteger(number))

describe('our reader and JSON.parse', () => {
  test('agree on every acceptable document, however it is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }).filter(isAcceptable), fc.constantFrom('', ' ', '\n\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const ours = parseJson(Buffer.from(text))
        expect(ours).toEqual(JSON.parse(text))
        if (typeof ours === 'object' && ours !== null) expect(inexactNumbersIn(ours)).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  test('what JSON.parse refuses, ours refuses with a code of its own', () => {
    const damaged = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, noise]) => {
      const place = at % (text.length + 1)
      return text.slice(0, place) + noise + text.slice(place + 1)
    })
    fc.assert(
      fc.property(damaged, (text) => {
        try {
          const ours = parseJson(Buffer.from(text))
          // an inexact number stands as NaN in ours
          if (!JSON.stringify(ours).includes('null')) expect(ours).toEqual(JSON.parse(Buffer.from(text).toString().replace(/^\ufeff/, '')))
        } catch (error) {
          expect(error).toBeInstanceOf(Problem)
        }
      }),
      { numRuns: 5_000 },
    )
  })
})
