// `npm run bench`: how fast Waybill is, beside its floors and rivals, in one run on this machine.
import { mkdirSync, rmSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { dataDirectory } from '@waybill/testing'
import { InvalidArgumentError, program } from 'commander'
import { benches } from './benches/index.js'
import { lineOf } from './frame/figure.js'
import { keepResult, machineOf, writeTable, type BenchResult } from './frame/report.js'
import type { Run } from './run.js'

interface Options {
  readonly quick?: boolean
  readonly write?: boolean
  readonly profile?: boolean
  readonly rounds?: number
}

const ROUNDS = { quick: 2, full: 5 } as const

const count = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number is expected.')
  return value
}

const names = Object.keys(benches)
program
  .name('npm run bench --')
  .description(`Measures Waybill on PostgreSQL and Kafka of its own, beside its floors and rivals in the same run.\nBenches: ${names.join(', ')}; without a name, all.\nExits with 1 where a run breaks a guarantee: it has no figure then.`)
  .argument('[names...]', 'which benches')
  .option('--quick', 'each in under a minute, and rougher')
  .option('--rounds <n>', 'rounds of each contestant', count)
  .option('--write', 'put the figures into docs/performance.md')
  .option('--profile', 'also tell where time goes (CPU profiles, statements); the figures of such a run are slower')
  .parse()
const options = program.opts<Options>()
const wanted = program.args.length > 0 ? program.args : names
const unknown = wanted.find((name) => !names.includes(name))
if (unknown !== undefined) program.error(`There is no bench ${unknown}. Benches: ${names.join(', ')}`)

const directory = join(dataDirectory, 'bench')
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (ending.signal.aborted) process.exit(130)
    say('\nStopping')
    ending.abort()
  })
}
const results: BenchResult[] = []
let failed = 0
for (const name of wanted) {
  const bench = benches[name]
  if (!bench || ending.signal.aborted) continue
  const profiles = join(directory, 'profiles', name)
  rmSync(profiles, { recursive: true, force: true })
  mkdirSync(profiles, { recursive: true })
  const isQuick = options.quick === true
  const run: Run = { isQuick, rounds: options.rounds ?? ROUNDS[isQuick ? 'quick' : 'full'], isProfiled: options.profile === true, directory: join(directory, 'run'), profiles, signal: ending.signal, say: (line) => say(`  ${line}`) }
  const loadBefore = loadavg()[0] ?? 0
  const started = performance.now()
  say(`\n${name}${isQuick ? ' (quick)' : ''}`)
  try {
    const { figures, rounds } = await bench(run)
    const result: BenchResult = { bench: name, at: new Date().toISOString(), isQuick, seconds: Math.round((performance.now() - started) / 1_000), machine: machineOf(loadBefore), figures, rounds }
    results.push(result)
    for (const one of figures) say(lineOf(one))
    if (loadBefore > result.machine.cores / 2) say(`The machine was busy before (load ${loadBefore.toFixed(1)}): take ratios, not more.`)
    say(`${name}: ${result.seconds} s; ${await keepResult(directory, result)}`)
  } catch (error) {
    failed += 1
    say(`${name}: NO FIGURE. ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
}
if (options.write === true && !options.profile) {
  await writeTable(join(dataDirectory, '..', 'docs', 'performance.md'), results)
  say('docs/performance.md has the figures')
}
process.exit(failed === 0 ? 0 : 1)
