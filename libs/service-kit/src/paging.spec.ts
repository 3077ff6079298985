import { describe, expect, test } from '@jest/globals'
import { filterOf, limitOf, onlyParameters, rangeOf, SignedCursors, sortOf, wordOf } from './paging.js'

const refuses = (code: string) => expect.objectContaining({ code }) as unknown

describe('a list', () => {
  const cursors = new SignedCursors('key')

  test('goes on where its cursor was made', () => {
    const page = cursors.page('orders', [1, 2, 3], 2, (row) => [row, 'x'])
    expect(page.items).toEqual([1, 2])
    expect(cursors.read('orders', { cursor: page.next ?? '' })).toEqual([2, 'x'])
    expect(cursors.page('orders', [3], 2, (row) => [row]).next).toBeNull()
  })

  test.each([
    ['edited', (cursor: string) => `${cursor.slice(0, -2)}AA`],
    ['cut', (cursor: string) => cursor.slice(0, 8)],
    ['made up', () => Buffer.from('["x"]').toString('base64url')],
    ['empty', () => ''],
    ['very long', () => 'A'.repeat(2_000)],
  ])('a cursor that is %s is refused', (_, change) => {
    const cursor = cursors.make('orders', [1])
    expect(() => cursors.read('orders', { cursor: change(cursor) })).toThrow(refuses('invalid-cursor'))
  })

  test('takes no cursor of another list or key, and none twice', () => {
    const cursor = cursors.make('orders', [1])
    expect(() => cursors.read('tasks', { cursor })).toThrow(refuses('invalid-cursor'))
    expect(() => new SignedCursors('other').read('orders', { cursor })).toThrow(refuses('invalid-cursor'))
    expect(() => cursors.read('orders', { cursor: [cursor, cursor] })).toThrow(refuses('invalid-cursor'))
  })

  test.each(['-1', '0', '1e9', 'abc', '201', '1.5', ''])('limit=%s is refused', (limit) => expect(() => limitOf({ limit })).toThrow(refuses('invalid-page')))

  test('a repeated limit is refused, a good one taken', () => {
    expect(() => limitOf({ limit: ['1', '2'] })).toThrow(refuses('invalid-page'))
    expect([limitOf({}), limitOf({ limit: '200' })]).toEqual([50, 200])
  })

  test.each(['id;DELETE FROM orders', '(CASE WHEN 1=1)', 'password', 'ASC;'])('sort=%s never reaches SQL', (sort) =>
    expect(() => sortOf({ sort }, ['placedAt', '-placedAt'])).toThrow(refuses('invalid-sort')),
  )

  test('filters are one short text each, and known', () => {
    expect(filterOf({ state: 'OPEN' }, 'state')).toBe('OPEN')
    for (const state of [['a', 'b'], 'x'.repeat(201), 'a\0b']) expect(() => filterOf({ state }, 'state')).toThrow(refuses('invalid-filter'))
    expect(() => wordOf({ state: 'lost' }, 'state', ['open', 'closed'])).toThrow(refuses('invalid-filter'))
    expect(() => onlyParameters({ 'filter[status][$ne]': 'x' }, ['status'])).toThrow(refuses('invalid-filter'))
  })
})

describe('a range of time', () => {
  const now = new Date('2026-11-23T12:00:00Z')
  const range = (query: Record<string, string>) => rangeOf(query, { now, daysMax: 366 })
  test('is what lies between two days or instants', () => {
    expect(range({})).toEqual({ from: undefined, to: undefined })
    expect(range({ from: '2026-11-01', to: '2026-11-23T10:00:00Z' })).toEqual({ from: new Date('2026-11-01T00:00:00Z'), to: new Date('2026-11-23T10:00:00Z') })
  })
  test.each([
    ['BI-F5 ten years', { from: '2016-01-01', to: '2026-01-01' }, 'range-too-wide'],
    ['BI-F5 ten years until now', { from: '2016-11-23' }, 'range-too-wide'],
    ['BI-F5 the wrong way round', { from: '2026-11-02', to: '2026-11-01' }, 'invalid-range'],
    ['30 February', { from: '2026-02-30' }, 'invalid-filter'],
    ['no day', { to: 'yesterday' }, 'invalid-filter'],
    ['month 13', { from: '2026-13-01' }, 'invalid-filter'],
  ])('%s is refused', (_, query, code) => expect(() => range(query as Record<string, string>)).toThrow(refuses(code)))
})
