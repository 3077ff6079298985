import { setTimeout as pause } from 'node:timers/promises'
import { residentBytes } from '../frame/cpu.js'
import { context, figure, type Figure } from '../frame/figure.js'
import { spreadOf } from '../frame/statistics.js'
import { cpuLine, measured } from '../frame/stretch.js'
import { withHouse, withServers } from '../house/ground.js'
import { isProduct } from '../house/house.js'
import type { Measured, Run } from '../run.js'

const MB = 1_048_576
const isService = (name: string): boolean => isProduct(name) && name !== 'postgres' && name !== 'broker'

/** `idle`: what a house with nothing to do takes, in one process and in seven. */
export async function idle(run: Run): Promise<Measured> {
  const [settleMs, sliceMs] = run.isQuick ? [3_000, 4_000] : [20_000, 20_000]
  const one = await observe(run, false, settleMs, sliceMs)
  const seven = await observe(run, true, settleMs, sliceMs)
  const cpu = (each: Observed): number[] => each.slices.map(({ services }) => services)
  const figures: Figure[] = [
    figure('R15', { ...asValue(cpu(seven)), detail: `seven processes, a house with its company; in one process ${spreadOf(cpu(one)).median.toFixed(1)} %` }),
    context('R15 servers', 'CPU of PostgreSQL and the broker meanwhile', '% of a core', spreadOf(seven.slices.map(({ servers }) => servers)).median, 'seven processes', false),
    ...(one.bytes === undefined || seven.bytes === undefined
      ? []
      : [figure('R16 one', { value: one.bytes / MB, detail: 'resident, after the company was loaded and a rest' }), figure('R16 seven', { value: seven.bytes / MB, detail: 'resident, after the company was loaded and a rest' })]),
  ]
  return { figures, rounds: { one, seven } }
}

const asValue = (values: readonly number[]) => {
  const { median: value, min, max } = spreadOf(values)
  return Number.isNaN(value) ? {} : { value, min, max }
}

interface Observed {
  readonly slices: readonly { readonly services: number; readonly servers: number }[]
  readonly bytes: number | undefined
}

function observe(run: Run, processes: boolean, settleMs: number, sliceMs: number): Promise<Observed> {
  return withServers(run, (servers) =>
    withHouse(run, servers, { processes, products: 50 }, async ({ house, pids }) => {
      await pause(settleMs)
      const slices = []
      for (let round = 0; round < run.rounds; round++) {
        const stretch = await measured(pids, 1, () => pause(sliceMs))
        const share = (counts: (name: string) => boolean): number => (Object.entries(stretch.cpu ?? { none: Number.NaN }).reduce((sum, [name, ms]) => sum + (counts(name) || name === 'none' ? ms : 0), 0) / (stretch.seconds * 1_000)) * 100
        slices.push({ services: share(isService), servers: share((name) => name === 'postgres' || name === 'broker') })
        run.say(`${processes ? 'seven processes' : 'one process'}: ${share(isService).toFixed(1)} % of a core; over ${stretch.seconds.toFixed(0)} s ${cpuLine(stretch)}`)
      }
      return { slices, bytes: residentBytes(house.productPids()) }
    }),
  )
}
