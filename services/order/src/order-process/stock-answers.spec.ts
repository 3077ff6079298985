import { describe, expect, test } from '@jest/globals'
import { filled, noAnswers, told, waitingOf, type StockAnswers } from './stock-answers.js'

type Said = (answers: StockAnswers) => StockAnswers

const waits = (units: number, date: string | null): Said => (answers) => told(answers, date, units)
const fill = (units: number): Said => (answers) => filled(answers, 'BER', units)
/** As react.ts takes in BackorderDateChanged: all that still waits goes to the new date. */
const move = (units: number, from: string | null, to: string | null): Said => (answers) => told(told(answers, from, -units), to, units)
const after = (...said: readonly Said[]) => waitingOf(said.reduce((answers, each) => each(answers), noAnswers)).map(({ units, availableOn }) => [units, availableOn])

const EARLY = '2030-01-07'
const LATE = '2030-01-14'

describe('what waits', () => {
  test('waits for the date it was told, the earliest first, and a fill takes from the earliest', () => {
    expect(after(waits(3, LATE), waits(2, EARLY))).toEqual([[2, EARLY], [3, LATE]])
    expect(after(waits(3, LATE), waits(2, EARLY), fill(3))).toEqual([[2, LATE]])
  })

  test.each([
    ['later', EARLY, LATE],
    ['earlier', LATE, EARLY],
    ['to a day that is known', null, EARLY],
    ['to no known day', EARLY, null],
  ])('after a part of it was filled and the rest moved %s: the rest waits for the new date, in whichever order it is heard', (_where, from, to) => {
    const said = [waits(5, from), fill(2), move(3, from, to)] as const
    expect(after(...said)).toEqual([[3, to]])
    expect(after(...said.toReversed())).toEqual([[3, to]])
    expect(after(...said, fill(1))).toEqual([[2, to]])
  })

  test('moved twice, filled between: the last date counts', () => {
    expect(after(waits(5, LATE), fill(1), move(4, LATE, EARLY), fill(2), move(2, EARLY, LATE))).toEqual([[2, LATE]])
  })
})
