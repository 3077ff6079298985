import { describe, expect, it } from '@jest/globals'
import { plantedBugs } from '../src/planted/index.js'
import { run } from '../src/run.js'
import { shrink } from '../src/shrink/shrink.js'
import { kindOf, shortestScript } from '../src/shrink/shortest-script.js'
import { stepOf, textOf } from '../src/steps.js'

const SEEDS = 40
const FIRST = 10_001
const STEPS = 600

describe('lives of the house', () => {
  it(`${SEEDS} of them end at rest with every guarantee kept`, async () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const { broken, steps, orders } = await run({ seed, steps: STEPS })
      expect({ seed, broken }).toEqual({ seed, broken: [] })
      expect(steps).toBeGreaterThanOrEqual(STEPS)
      expect(orders).toBeGreaterThan(0)
    }
  }, 120_000)

  it('are the same again with the same seed', async () => {
    const [one, other, another] = [await run({ seed: 7, steps: STEPS }), await run({ seed: 7, steps: STEPS }), await run({ seed: 8, steps: STEPS })]
    expect(other).toEqual(one)
    expect(another.script).not.toEqual(one.script)
  })
})

describe('a script', () => {
  const bug = plantedBugs.find(({ name }) => name === 'lost update')

  it('breaks the same when it is read from what was printed, and the shortest one found is shorter', async () => {
    if (!bug) throw new Error('there is no such bug')
    const found = await run({ seed: 3, steps: STEPS, bug })
    expect(found.broken).not.toEqual([])

    const read = found.script.map(textOf).map(stepOf)
    expect(read).toEqual(found.script)
    const again = await run({ seed: 3, steps: STEPS, script: read, noRest: !found.isAtRest, bug })
    expect(again.broken).toEqual(found.broken)

    const shortest = await shortestScript(found, bug, 400)
    expect(shortest.script.length).toBeLessThan(found.script.length / 2)
    expect(kindOf(shortest.broken)).toBe(kindOf(found.broken))
  }, 60_000)

  it('is not taken for one when it is none', () => {
    expect(() => stepOf('do as you like')).toThrow('this is no step')
  })
})

describe('the shrinker', () => {
  it('leaves what is needed, in its weakest form', async () => {
    const list = Array.from({ length: 50 }, (_, at) => ({ at, isStrong: true }))
    const isNeeded = (each: { readonly at: number }): boolean => each.at === 7 || each.at === 31
    const shortest = await shrink(
      list,
      (some) => Promise.resolve(some.filter(isNeeded).length === 2),
      ({ at, isStrong }) => (isStrong ? [{ at, isStrong: false }] : []),
    )
    expect(shortest).toEqual([
      { at: 7, isStrong: false },
      { at: 31, isStrong: false },
    ])
  })
})
