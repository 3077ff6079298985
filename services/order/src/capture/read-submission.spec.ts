import { describe, expect, test } from '@jest/globals'
import { anOrder } from '../../test/builders.js'
import { readSubmission } from './read-submission.js'
import type { Refusal } from '../reading/fault.js'

const read = (body: unknown) => readSubmission(body, { unknownProperties: 'refuse' })
const codeOf = (body: unknown) => {
  const { code, pointer } = read(body) as Refusal
  return [code, pointer]
}
const withLine = (differs: Record<string, unknown>) => anOrder({ lines: [{ product: 'P-1', units: 1, ...differs }] })
const withCustomer = (differs: Record<string, unknown>) => anOrder({ customer: { name: 'Ada', email: 'ada@example.com', ...differs } })

describe('an order as it is read at every door', () => {
  test('is complete with its usual values', () => {
    expect(read(anOrder())).toMatchObject({ preference: 'standard', forbiddenModes: [], priority: 5, customer: { language: 'en' }, deliveryAddress: { name: 'Ada Lovelace' } })
  })

  test.each([[[]], [null], ['order'], [7]])('BI-A12: %j is no order', (body) => expect(codeOf(body)).toEqual(['object-expected', '']))

  test.each([
    [undefined, 'lines-required', '/lines'],
    [[], 'lines-required', '/lines'],
    [{ length: 1 }, 'lines-required', '/lines'],
    [[null], 'object-expected', '/lines/0'],
    [[[{ product: 'P-1', units: 1 }]], 'object-expected', '/lines/0'],
    [Array.from({ length: 501 }, () => null), 'too-many-lines', '/lines'],
    [Array.from({ length: 200_000 }, () => null), 'too-many-lines', '/lines'],
  ])('BI-A13, BI-A14: lines %#', (lines, code, pointer) => expect(codeOf(anOrder({ lines }))).toEqual([code, pointer]))

  test.each([0, -1, -0, 1.5, '1', Number.POSITIVE_INFINITY, Number.NaN, 2 ** 53 + 2, 2_147_483_648, true, null, undefined])('BI-A15: %p pieces', (units) =>
    expect(codeOf(withLine({ units }))).toEqual(['invalid-quantity', '/lines/0/units']),
  )

  test.each(['isAdmin', 'status', 'paidAt'])('BI-A11: %s is nobody’s to say', (property) => expect(codeOf(anOrder({ [property]: true }))).toEqual(['unknown-property', `/${property}`]))

  test('what a newer channel says beyond that is ignored in a message', () => {
    expect(readSubmission(anOrder({ coupon: 'X' }), { unknownProperties: 'ignore' })).not.toHaveProperty('code')
  })

  test.each([-1, 0.5, 9_000_000_000_000_001, '10', Number.NaN])('BI-A18: %p is no amount', (amount) => {
    expect(codeOf(anOrder({ totalMinor: amount }))).toEqual(['invalid-amount', '/totalMinor'])
    expect(codeOf(withLine({ unitPriceMinor: amount }))).toEqual(['invalid-amount', '/lines/0/unitPriceMinor'])
  })

  test.each(['EURO', 'eur', '', 7, 'XYZ'])('BI-A19: %p is no currency', (currency) => expect(codeOf(anOrder({ currency }))).toEqual(['invalid-currency', '/currency']))
  test('BI-A19: an order has one currency', () => expect(codeOf(withLine({ currency: 'USD' }))).toEqual(['invalid-currency', '/lines/0/currency']))

  test.each(['x'.repeat(65), '🚚-1', 'A\0', 'A\n1', '../etc', 'a/../b', ' W-1', 'W-1 ', '', '-1', 7])('BI-A23: %j is no reference', (reference) =>
    expect(codeOf(anOrder({ reference }))).toEqual(['invalid-reference', '/reference']),
  )
  test.each(['W-1', 'aB3x', '#1001', '2026/11/0001', '302-1234567-1234567'])('%j %#', (reference) => {
    const expected = reference.startsWith('#') ? ['invalid-reference', '/reference'] : [undefined, undefined]
    expect(codeOf(anOrder({ reference }))).toEqual(expected)
  })

  test.each(['A\0da', 'A\ud800', 'A\u202Eda', 'A\u200Bda', 'A\u0378', `A${'\u0301'.repeat(5_000)}`, 'Ada\nBcc: x'])('BI-A25, BI-A26: %# is refused for its characters', (name) =>
    expect(codeOf(withCustomer({ name }))).toEqual(['invalid-character', '/customer/name']),
  )

  test.each(['A', 'null', '=1+1', '<script>alert(1)</script>', '^XZ~JA', "'; DROP TABLE orders; --", 'Zoë', '山田太郎', 'نیما‌پور', '👩‍👩‍👧‍👦'])('BI-A27: %s is a name', (name) =>
    expect(read(withCustomer({ name }))).toMatchObject({ customer: { name } }),
  )
  test('BI-A27: a name is no longer than 200 characters, as a reader counts', () => {
    expect(codeOf(withCustomer({ name: 'x'.repeat(300) }))).toEqual(['too-long', '/customer/name'])
    expect(read(withCustomer({ name: '👩‍👩‍👧‍👦'.repeat(100) }))).not.toHaveProperty('code')
    expect(codeOf(withCustomer({ name: '   ' }))).toEqual(['required', '/customer/name'])
  })

  test.each(['ada@example.com\nBcc: all@example.com', 'a@b@c.de', 'ada', '@example.com', 'ada@', 'ada@localhost', 'a b@c.de', `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.com`, 7])(
    'BI-A28: %j is no address',
    (email) => expect(codeOf(withCustomer({ email }))).toEqual(['invalid-email', '/customer/email']),
  )
  test.each(['ada+shop@example.co.uk', 'ada@müller.example', '用户@例子.广告'])('BI-A28: %s is an address', (email) => expect(read(withCustomer({ email }))).not.toHaveProperty('code'))

  test.each(['de', 'DEU', 'UK', 'ZZ', 'XX', 7])('%p is no country', (country) =>
    expect(codeOf(anOrder({ deliveryAddress: { street: 'S', postalCode: '1', city: 'C', country } }))).toEqual(['invalid-country', '/deliveryAddress/country']),
  )

  test.each(['2026-02-30T10:00:00Z', 'yesterday', '2026-11-23', 1_763_892_000])('%p is no moment', (placedAt) => expect(codeOf(anOrder({ placedAt }))).toEqual(['invalid-date', '/placedAt']))

  test('all that is wrong is told at once', () => {
    const { faults } = read(anOrder({ currency: 'EURO', customer: 7, lines: [{ product: 'P-1', units: 0 }, 3] })) as Refusal
    expect(faults.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(['/currency invalid-currency', '/customer object-expected', '/lines/0/units invalid-quantity', '/lines/1 object-expected'])
  })
})
