import fc from 'fast-check'
import type { Edit } from './json-text.js'

const quoted = (text: string): string => JSON.stringify(text)

/** JSON texts that a field rarely expects. Unit: one value, as written. */
const oddTexts: readonly string[] = [
  'null', 'true', 'false', '""', '" "', '"1"', '"null"', '"NaN"', '[]', '{}', '[null]', '[[]]', '{"length":1}', '{"$ne":1}', '{"toString":1}',
  '0', '-0', '-1', '1.5', '1e309', '-1e309', '1e-400', '9007199254740993', '2147483648', '9223372036854775808', '1.0000000000000001', '1e3', '1E+2', '0.1', '9000000000000001', '32768',
  quoted('\u0000'), '"\\ud800"', '"\\udfff\\ud800"', '"\\u202egnp.exe"', '"\\u200b"', '"\\ufeff"', '"\\uffff"', '"\\u0085"', '"a\\u0301\\u0301"', quoted('\u{1F469}\u200d\u{1F680}'), quoted('ﷺ'), quoted('İ'), quoted('ß'),
  quoted('../../etc/passwd'), quoted("'; DROP TABLE orders; --"), quoted('%'), quoted('_'), quoted('\\'), quoted('<script>alert(1)</script>'), quoted('=1+1'), quoted('^XZ~JA'), quoted('{{7*7}}'), quoted('$' + '{7*7}'),
  quoted('a\nb'), quoted('a\r\nBcc: x@example.com'), quoted('\t'), quoted('\u001b[31m'), quoted('2026-02-30'), quoted('2026-02-30T10:00:00Z'), quoted('9999-99-99T99:99:99Z'), quoted('+275760-09-13T00:00:00.001Z'), quoted('0000-00-00'), quoted('infinity'), quoted('now'), quoted('24:00'),
  quoted('00000000-0000-0000-0000-000000000000'), quoted('FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'), quoted('urn:uuid:00000000-0000-0000-0000-000000000000'), quoted('XXX'), quoted('xx'), quoted('toString'), quoted('constructor'), quoted('Etc/Nowhere'), quoted('(a+)+$'),
  quoted('x'.repeat(65)), quoted('x'.repeat(201)), quoted('x'.repeat(501)), quoted('x'.repeat(9_000)), quoted('é'.repeat(40_000)), quoted('e' + '\u0301'.repeat(5_000)),
]

/** Characters and lengths beyond those thought of, as fast-check finds them. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...oddTexts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map(quoted) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
)

/** A document of this size counts its values in full long before. */
const place = fc.nat({ max: 60 })
const oddKeys = ['isAdmin', 'status', 'paidAt', '__proto__', 'constructor', 'prototype', '', ' ', 'toString', 'hasOwnProperty', 'id', '$where', 'a.b', 'x'.repeat(5_000), '\u0000', '\ud800', '💥'] as const

/** Changes to a document: what is wrong, missing, too much, twice, too deep, too long. */
export const oddEdits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('replace' as const), at: place, text: oddText }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), at: place }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('insert' as const), at: place, key: fc.constantFrom(...oddKeys), text: oddText }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat-key' as const), at: place }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('wrap' as const), at: place, in: fc.constantFrom('array' as const, 'object' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('deepen' as const), at: place, levels: fc.constantFrom(17, 21, 1_000, 20_000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('multiply' as const), at: place, times: fc.constantFrom(0, 2, 501, 1_001, 20_000) }) },
  ),
  { minLength: 1, maxLength: 3, size: 'max' },
)

/** What happened to the bytes of a text on their way. */
export const byteFaults = ['empty', 'space', 'cut', 'cut-early', 'trailing-comma', 'single-quotes', 'bom', 'utf-16', 'bad-utf-8', 'raw-surrogate', 'nul', 'zero-first', 'garbage', 'twice', 'comment', 'not-a-number', 'text', 'number', 'null', 'list', 'padded'] as const
export type ByteFault = (typeof byteFaults)[number]

export function damaged(text: string, fault: ByteFault): Buffer {
  const bytes = Buffer.from(text)
  switch (fault) {
    case 'empty':
      return Buffer.alloc(0)
    case 'space':
      return Buffer.from(' \n\t')
    case 'cut':
      return bytes.subarray(0, bytes.length - 1)
    case 'cut-early':
      return bytes.subarray(0, Math.ceil(bytes.length / 3))
    case 'trailing-comma':
      return Buffer.from(text.replace(/[}\]]$/, (end) => `,${end}`))
    case 'single-quotes':
      return Buffer.from(text.replaceAll('"', "'"))
    case 'bom':
      return Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes])
    case 'utf-16':
      return Buffer.from(`\ufeff${text}`, 'utf16le')
    case 'bad-utf-8':
      return Buffer.concat([bytes.subarray(0, 2), Buffer.of(0xc3, 0x28, 0xff), bytes.subarray(2)])
    case 'raw-surrogate':
      return Buffer.concat([bytes.subarray(0, 2), Buffer.of(0xed, 0xa0, 0x80), bytes.subarray(2)])
    case 'nul':
      return Buffer.concat([bytes.subarray(0, 2), Buffer.of(0), bytes.subarray(2)])
    case 'zero-first':
      return Buffer.concat([Buffer.of(0, 0, 0, 0, 7), bytes])
    case 'garbage':
      return Buffer.concat([bytes, Buffer.from(' trailing')])
    case 'twice':
      return Buffer.concat([bytes, bytes])
    case 'comment':
      return Buffer.concat([Buffer.from('/* */'), bytes])
    case 'not-a-number':
      return Buffer.from(text.replace(/\d+/, 'NaN'))
    case 'text':
      return Buffer.from('"text"')
    case 'number':
      return Buffer.from('1')
    case 'null':
      return Buffer.from('null')
    case 'list':
      return Buffer.from(`[${text}]`)
    case 'padded':
      return Buffer.concat([bytes, Buffer.alloc(300_000, ' ')])
    default:
      return fault satisfies never
  }
}
