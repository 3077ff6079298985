import { expect, it } from '@jest/globals'
import { isSscc, ssccCheckDigit } from './sscc.js'

it('has the check digit of domain D9', () => {
  expect(ssccCheckDigit('09528765432101234')).toBe(6)
  expect([isSscc('095287654321012346'), isSscc('095287654321012347'), isSscc('09528765432101234')]).toEqual([true, false, false])
})
