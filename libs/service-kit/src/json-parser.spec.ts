import { describe, expect, test } from '@jest/globals'
import { inexactNumbersIn, parseJson } from './json-parser.js'
import { Problem } from './problem.js'

const read = (text: string | Uint8Array) => parseJson(Buffer.from(text as string))

function refusal(text: string | Uint8Array): Problem {
  try {
    read(text)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('reading a JSON body', () => {
  test.each([
    ['an object', '{"a":[1,-0.5,2e3,true,false,null,"x"],"b":{}}'],
    ['an empty list', '[]'],
    ['a text at the top', '"x"'],
    ['escapes', String.raw`"\"\\\/\n\r\té😀"`],
    ['white space everywhere', ' {\n"a" :\t[ 1 , 2 ] } \r\n'],
  ])('%s is what JSON.parse makes of it', (_, text) => expect(read(text)).toEqual(JSON.parse(text)))

  test('a byte order mark is skipped', () => expect(read('\ufeff{"a":1}')).toEqual({ a: 1 }))

  test.each([['nothing', ''], ['white space', ' \n'], ['a byte order mark alone', '\ufeff']])('%s is no body', (_, text) =>
    expect(refusal(text).code).toBe('body-required'),
  )

  test.each([
    ['broken', '{"a":', 5],
    ['a trailing comma', '{"a":1,}', 7],
    ['a trailing comma in a list', '[1,]', 3],
    ['single quotes', "{'a':1}", 1],
    ['no quotes', '{a:1}', 1],
    ['two documents', '{} {}', 3],
    ['a leading zero', '[01]', 2],
    ['a plus sign', '[+1]', 1],
    ['NaN', '[NaN]', 1],
    ['a bare word', '[nil]', 1],
    ['a comment', '{} // x', 3],
    ['a raw line break in a text', '["a\nb"]', 3],
    ['an unknown escape', String.raw`["\x"]`, 2],
    ['half an escape', String.raw`["\u12"]`, 2],
    ['an open text', '["a', 3],
    ['missing colon', '{"a" 1}', 5],
    ['bytes count, not characters', '["é€",x]', 9],
    ['bytes count from the mark on', '\ufeff{x', 4],
  ])('%s is malformed, and the answer says where', (_, text, byteOffset) => {
    const problem = refusal(text)
    expect([problem.code, problem.data]).toEqual(['malformed-json', { byteOffset }])
  })

  test.each([
    ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['an overlong zero', Uint8Array.of(0x22, 0xc0, 0x80, 0x22)],
    ['an encoded surrogate', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['UTF-16 with its mark', Buffer.concat([Uint8Array.of(0xff, 0xfe), Buffer.from('{}', 'utf16le')])],
  ])('%s is an invalid encoding', (_, bytes) => expect(refusal(bytes).code).toBe('invalid-encoding'))

  test('20 levels are read, 21 are not', () => {
    expect(read('['.repeat(20) + ']'.repeat(20))).toBeDefined()
    expect(refusal('['.repeat(21) + ']'.repeat(21)).code).toBe('json-too-deep')
  })

  test('20,000 levels are refused at once', () => {
    const began = performance.now()
    expect(refusal('{"a":'.repeat(20_000)).code).toBe('json-too-deep')
    expect(performance.now() - began).toBeLessThan(50)
  })

  test('a key twice is refused, escaped or not', () => {
    const problem = refusal(String.raw`{"b":[{"a":1,"\u0061":2}]}`)
    expect([problem.code, problem.errors[0]?.pointer]).toEqual(['duplicate-json-key', '/b/0/a'])
  })

  test.each(['__proto__', 'constructor', 'prototype'])('the key %s is refused at any depth', (key) =>
    expect(refusal(`{"a":[{"${key}":{}}]}`).code).toBe('forbidden-key'),
  )

  test.each([
    ['NUL', String.raw`"a\u0000b"`],
    ['a control character', String.raw`"\u0007"`],
    ['a lone surrogate', String.raw`"\ud800x"`],
    ['a low surrogate first', String.raw`"\udc00\ud800"`],
    ['a right-to-left override', '"a\u202eb"'],
    ['a zero-width space', '"a\u200bb"'],
    ['an unassigned code point', '"\u0378"'],
    ['5,000 combining marks', `"a${'\u0301'.repeat(5_000)}"`],
    ['a bad character in a key', '{"a\u202e":1}'],
  ])('%s is an invalid character', (_, text) => expect(refusal(text).code).toBe('invalid-character'))

  test.each(['Zoë Müller-Łukasz', '東京都', 'علی‌رضا', '👩‍👩‍👧', 'n̈', 'two\nlines\tand a tab', "'; DROP", '=1+1', '<script>', '^XZ~JA'])(
    'the text %j is taken as it is',
    (text) => expect(read(JSON.stringify(text))).toBe(text),
  )

  test.each(['9007199254740993', '9007199254740992', '-9007199254740993', '1e309', '-1e400', '1.0000000000000001', '9007199254740993.0', '1e-400', '123456789012345678901234567890'])(
    'the number %s cannot be told exactly: it is marked',
    (number) => {
      const body = read(`{"a":[1,{"q":${number}}]}`) as { a: [number, { q: number }] }
      expect([body.a[1].q, inexactNumbersIn(body)]).toEqual([Number.NaN, ['/a/1/q']])
    },
  )

  test.each(['9007199254740991', '-9007199254740991', '0.1', '0.30000000000000004', '1e300', '-0', '0e5', '1.50', '5e-324', '1.7976931348623157e308'])(
    'the number %s is exact enough',
    (number) => {
      const body = read(`{"q":${number}}`) as { q: number }
      expect([body.q, inexactNumbersIn(body)]).toEqual([Number(number), []])
    },
  )
})
