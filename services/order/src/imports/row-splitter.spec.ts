import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { RowSplitter, type FileRow } from './row-splitter.js'

const rowsOf = (text: string, delimiter = ',', pieces = [text]): FileRow[] => {
  const splitter = new RowSplitter(delimiter)
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()]
}
const shown = (rows: readonly FileRow[]) => rows.map((row) => ('fields' in row ? [row.line, ...row.fields] : [row.line, row.code]))

describe('rows of a file', () => {
  test('end with any line break, the last with none', () => {
    expect(shown(rowsOf('a,b\n1,2\r\n3,4\r5,6'))).toEqual([[1, 'a', 'b'], [2, '1', '2'], [3, '3', '4'], [4, '5', '6']])
  })
  test('hold delimiters, quotes and line breaks between quotes; lines are counted as an editor does', () => {
    expect(shown(rowsOf('"a,b","say ""hi"""\n"two\nlines",x\ny,z'))).toEqual([[1, 'a,b', 'say "hi"'], [2, 'two\nlines', 'x'], [4, 'y', 'z']])
  })
  test('empty lines are none, empty fields are', () => {
    expect(shown(rowsOf('a,\n\n,b\n""\n'))).toEqual([[1, 'a', ''], [3, '', 'b']])
  })
  test('BI-C5: a quote in the middle costs its line and no other', () => {
    expect(shown(rowsOf('a,b\n1,2"x\n3,4\n"5"y,6\n7,8\n'))).toEqual([[1, 'a', 'b'], [2, 'malformed-row'], [3, '3', '4'], [4, 'malformed-row'], [5, '7', '8']])
  })
  test('BI-C5: a quote that is never closed costs its line and no other', () => {
    expect(shown(rowsOf('a,b\n"1,2\n3,4\n5,6\n'))).toEqual([[1, 'a', 'b'], [2, 'malformed-row'], [3, '3', '4'], [4, '5', '6']])
  })
  test('BI-C10: an endless line is given up, and what comes after it is read', () => {
    const splitter = new RowSplitter(',')
    const rows = [...splitter.push('a,b\n1,'), ...Array.from({ length: 100 }, () => 'x'.repeat(10_000)).flatMap((piece) => splitter.push(piece)), ...splitter.push('\n3,4\n'), ...splitter.end()]
    expect(shown(rows)).toEqual([[1, 'a', 'b'], [2, 'row-too-long'], [3, '3', '4']])
  })
  test('BI-C10: an endless quoted field is found in time that grows with its size, not with its square', () => {
    const began = performance.now()
    const text = `a,b\n"1,2\n${'3,4\n'.repeat(500_000)}`
    const rows = rowsOf(text, ',', text.match(/[^]{1,65536}/g) ?? [])
    expect([rows.length, rows.filter((row) => 'code' in row).length]).toEqual([500_002, 1])
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('are the same however the file is cut into pieces', () => {
    const text = fc.array(fc.constantFrom('a', '"', ',', '\n', '\r', '\r\n', 'é', '""', 'x,y'), { maxLength: 40 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat(40), { maxLength: 6 }), (whole, cuts) => {
        const places = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length]
        const pieces = places.slice(1).map((end, index) => whole.slice(places[index], end))
        expect(rowsOf(whole, ',', pieces)).toEqual(rowsOf(whole))
      }),
      { numRuns: 500 },
    )
  })
  test('that were written by the book are read back', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', ';') , maxLength: 8 })
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (table) => {
        const text = table.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join('\r\n')
        expect(rowsOf(text).map((row) => ('fields' in row ? row.fields : row.code))).toEqual(table)
      }),
    )
  })
})
