import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { edited, jsonTextOf, written, type Edit } from './json-text.js'

const order = { lines: [{ units: 1 }], note: 'a' }
const after = (...edits: readonly Edit[]): string => written(edited(jsonTextOf(order), edits))

test('what is not edited is written as JSON would be', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => expect(JSON.parse(written(jsonTextOf(value)))).toEqual(JSON.parse(JSON.stringify(value)))))
})

test('each edit changes the one value that it counts to', () => {
  expect(after({ do: 'replace', at: 3, text: '1e309' })).toBe('{"lines":[{"units":1e309}],"note":"a"}')
  expect(after({ do: 'remove', at: 4 })).toBe('{"lines":[{"units":1}]}')
  expect(after({ do: 'insert', at: 0, key: '__proto__', text: '{}' })).toBe('{"lines":[{"units":1}],"note":"a","__proto__":{}}')
  expect(after({ do: 'repeat-key', at: 4 })).toBe('{"lines":[{"units":1}],"note":"a","note":"a"}')
  expect(after({ do: 'wrap', at: 4, in: 'array' })).toBe('{"lines":[{"units":1}],"note":["a"]}')
  expect(after({ do: 'deepen', at: 4, levels: 2 })).toBe('{"lines":[{"units":1}],"note":[[1]]}')
  expect(after({ do: 'multiply', at: 1, times: 2 })).toBe('{"lines":[{"units":1},{"units":1}],"note":"a"}')
  expect(after({ do: 'remove', at: 0 })).toBe('')
  expect(after({ do: 'remove', at: 4 + 5 })).toBe(after({ do: 'remove', at: 4 }))
})
