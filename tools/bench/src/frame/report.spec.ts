import { describe, expect, it } from '@jest/globals'
import { figure } from './figure.js'
import { withRows, type BenchResult } from './report.js'

const page = ['# Performance', '<!-- bench -->', '<!-- /bench -->', 'More.'].join('\n')

const result = (figures: BenchResult['figures']): BenchResult => ({
  bench: 'flow',
  at: '2026-11-24T00:00:00Z',
  isQuick: true,
  seconds: 1,
  machine: { cpu: 'a cpu', cores: 2, node: 'v24', loadBefore: 0, loadAfter: 0 },
  figures,
  rounds: [],
})

describe('the table of figures', () => {
  it('replaces the row of a figure and keeps all others, in order', () => {
    const first = withRows(page, [result([figure('R10', { value: 0.5, detail: 'first' }), figure('R2', { value: 30, detail: 'second' })])])
    const again = withRows(first, [result([figure('R10', { value: 0.05, detail: 'third' })])])
    expect(again).not.toContain('first')
    expect(again.indexOf('| R2 |')).toBeLessThan(again.indexOf('| R10 |'))
    expect(again).toContain('| 0.050 |')
    expect(again.endsWith('<!-- /bench -->\nMore.')).toBe(true)
  })

  it('names a gate that is missed, and prints no figure that could not be measured', () => {
    const text = withRows(page, [result([figure('R1', { value: 3, detail: 'slow' }), figure('R3', { detail: 'not installed' })])])
    expect(text).toContain('3.00x **missed**')
    expect(text).not.toContain('| R3 |')
  })

  it('refuses a page that it does not know its way in', () => {
    expect(() => withRows('# Another page', [])).toThrow('no table')
  })
})
