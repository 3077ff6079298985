import { describe, expect, it } from '@jest/globals'
import type { PlantedBug } from '../src/planted/bug.js'
import { plantedBugs } from '../src/planted/index.js'
import { run } from '../src/run.js'

const SEEDS_MAX = 1_000
const STEPS = 700

/** The first seed that finds the bug by its rule. */
async function seedThatFinds(bug: PlantedBug): Promise<number | undefined> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const { broken } = await run({ seed, steps: STEPS, bug })
    if (broken.some((what) => what.startsWith(`${bug.breaks}: `))) return seed
  }
  return undefined
}

describe('planted bugs', () => {
  it('are of at least fourteen classes', () => {
    expect(new Set(plantedBugs.map(({ name }) => name)).size).toBeGreaterThanOrEqual(14)
  })

  it.each(plantedBugs)('finds $name by $breaks: $what', async (bug) => {
    expect(await seedThatFinds(bug)).toBeDefined()
  }, 120_000)
})
