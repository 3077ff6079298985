import { describe, expect, test } from '@jest/globals'
import { readSubmission } from '../capture/read-submission.js'
import { columnsOf, delimiterOf, requiredColumns } from './columns.js'
import { CsvOrders } from './csv-orders.js'
import type { Entry } from './entry.js'
import { reportHeader, reportLines } from './error-report.js'
import { NdjsonOrders } from './ndjson-orders.js'
import { minorOf, orderOfEntry } from './order-of-entry.js'

const header = [...requiredColumns, 'currency', 'unitPrice', 'total']
const row = (differs: Record<string, string> = {}) => {
  const usual: Record<string, string> = { channel: 'web', reference: 'W-1', customerName: 'Ada', email: 'ada@example.com', street: 'S', city: 'C', country: 'DE', product: 'P-1', units: '2', currency: 'EUR' }
  return header.map((column) => differs[column] ?? usual[column] ?? '').join(',')
}
const file = (...rows: string[]) => [header.join(','), ...rows].join('\n')
const entriesOf = (text: string) => {
  const reader = new CsvOrders()
  const pushed = reader.push(text)
  const ended = 'code' in pushed ? pushed : reader.end()
  return 'code' in pushed || 'code' in ended ? (ended as { code: string }) : [...pushed, ...ended]
}
const orderIn = (text: string) => orderOfEntry((entriesOf(text) as Entry[])[0]?.content ?? { rows: [] }, header, () => 'EUR')
const refusedIn = (text: string) => {
  const made = orderIn(text)
  const read = 'order' in made ? readSubmission(made.order, { unknownProperties: 'refuse' }) : made
  return 'faults' in read ? [read.code, read.pointer] : 'taken'
}

describe('the header of an order file', () => {
  test.each([[','], [';'], ['\t']])('BI-C3: may be divided by %j', (delimiter) => expect(delimiterOf(header.join(delimiter))).toBe(delimiter))
  test('BI-C3: by nothing known is refused', () => expect(entriesOf('channel|reference|units\n1|2|3\n')).toMatchObject({ code: 'delimiter' }))
  test('BI-C2: in another order and case is fine', () => expect(columnsOf([...header].reverse().map((name) => name.toUpperCase()))).toEqual([...header].reverse()))
  test('BI-C2: tells what is missing, unknown and there twice', () => {
    expect(columnsOf(['channel', 'channel', 'colour'])).toMatchObject({ code: 'header-mismatch', detail: expect.stringMatching(/missing: reference.*unknown: colour; twice: channel/) })
  })
  test.each(['', '\n\n', header.join(','), `${header.join(',')}\r\n`])('BI-C1: %j holds no orders', (text) => expect(entriesOf(text)).toMatchObject({ code: 'empty-file' }))
})

describe('the rows of an order file', () => {
  test('of one order stand together', () => {
    const entries = entriesOf(file(row(), row({ product: 'P-2', customerName: '', email: '' }), row({ reference: 'W-2' }))) as Entry[]
    expect(entries.map(({ reference, content }) => [reference, 'rows' in content && content.rows.length])).toEqual([['W-1', 2], ['W-2', 1]])
  })
  test('become the order that the other doors get', () => {
    expect(orderIn(file(row({ unitPrice: '10.5', total: '21.00' })))).toMatchObject({
      order: { channel: 'web', customer: { name: 'Ada' }, lines: [{ product: 'P-1', units: 2, unitPriceMinor: 1_050 }], totalMinor: 2_100 },
    })
  })
  test('BI-C6: with too many or too few fields are told so', () => {
    expect(refusedIn(file(`${row()},extra`))).toEqual(['malformed-row', '/lines/0'])
    expect(refusedIn(file('web,W-1'))).toEqual(['malformed-row', '/lines/0'])
  })
  test('a row that cannot be read takes its order with it, not half of it', () => {
    expect(refusedIn(file(row(), row({ product: '"P"2' })))).toEqual(['malformed-row', '/lines/1'])
  })
  test('say the same about their order', () => {
    expect(refusedIn(file(row(), row({ city: 'Elsewhere' })))).toEqual(['rows-disagree', '/lines/1/city'])
    expect(refusedIn(file(row(), row({ currency: 'USD' })))).toEqual(['invalid-currency', '/lines/1/currency'])
  })
  test.each([
    ['EUR', '1.234,56'], ['EUR', '1,234.56'], ['EUR', '10.005'], ['JPY', '100.0'], ['KWD', '1.2345'], ['EUR', '-1'], ['EUR', '1e3'], ['EUR', '€10'], ['EUR', '99999999999999999'],
  ])('BI-A20: %s %s is no amount', (currency, text) => expect(minorOf(text, currency)).toBeUndefined())
  test.each([['EUR', '10', 1_000], ['EUR', '10.5', 1_050], ['JPY', '100', 100], ['KWD', '1.234', 1_234]])('%s %s is exact', (currency, text, minor) => expect(minorOf(text, currency)).toBe(minor))
  test('BI-A20: the form expected is named', () => {
    expect(orderIn(file(row({ currency: 'JPY', unitPrice: '100.50' })))).toMatchObject({ code: 'invalid-amount', pointer: '/lines/0/unitPriceMinor', detail: expect.stringContaining('1234 (JPY has 0 decimals') })
  })
  test.each([['units', 'two', 'invalid-quantity'], ['units', '0', 'invalid-quantity'], ['email', 'x', 'invalid-email'], ['currency', 'EURO', 'invalid-currency'], ['country', 'Germany', 'invalid-country']])('a bad %s (%s) is %s', (column, text, code) =>
    expect((refusedIn(file(row({ [column]: text }))) as string[])[0]).toBe(code),
  )
})

describe('the report of a file', () => {
  test('has the rows of the refused order and says at which of them what is wrong', () => {
    const [entry] = entriesOf(file(row(), row({ units: 'x' }))) as Entry[]
    const error = { code: 'invalid-quantity', pointer: '/lines/1/units', detail: 'Expected, "whole"', content: entry?.content ?? { rows: [] } }
    const [first, second] = reportLines(error, header).trimEnd().split('\r\n')
    expect(first?.endsWith(',2,,,')).toBe(true)
    expect(second?.endsWith(',3,invalid-quantity,units,"Expected, ""whole"""')).toBe(true)
  })
  test('can be loaded again as it is', () => {
    const [entry] = entriesOf(file(row())) as Entry[]
    const report = reportHeader(header) + reportLines({ code: 'x', pointer: '', detail: '', content: entry?.content ?? { rows: [] } }, header)
    expect(entriesOf(report)).toHaveLength(1)
  })
})

describe('lines of JSON', () => {
  test('are one order each, whatever the pieces', () => {
    const reader = new NdjsonOrders()
    const entries = [...reader.push('{"a":1}\n{"b"'), ...reader.push(':2}\r\n\n'), ...(reader.end() as Entry[])]
    expect(entries.map(({ content }) => content)).toEqual([{ line: 1, json: '{"a":1}' }, { line: 2, json: '{"b":2}' }])
  })
  test('that are endless are given up', () => {
    const reader = new NdjsonOrders()
    const entries = [...Array.from({ length: 30 }, () => 'x'.repeat(20_000)).flatMap((piece) => reader.push(piece)), ...reader.push('\n{}\n')]
    expect(entries.map(({ content }) => content)).toEqual([{ line: 1, tooLong: true }, { line: 2, json: '{}' }])
  })
  test('that are no JSON are told so, without quoting them', () => {
    expect(orderOfEntry({ line: 1, json: '{"name": Ada}' }, [], () => undefined)).toMatchObject({ code: 'malformed-json', detail: 'The line is not JSON' })
  })
})
