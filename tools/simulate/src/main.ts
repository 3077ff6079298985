// `npm run simulate`: many lives of the whole house in one process, under faults at every step, each repeatable by its seed.
import { readFile } from 'node:fs/promises'
import { program } from 'commander'
import { plantedBugs } from './planted/index.js'
import { run, type RunResult } from './run.js'
import { shortestScript } from './shrink/shortest-script.js'
import { stepOf, textOf } from './steps.js'

interface Options {
  readonly seeds: string
  readonly first: string
  readonly steps: string
  readonly seed?: string
  readonly script?: string
  readonly shrink: string
  readonly bug?: string
}

const options = program
  .name('npm run simulate --')
  .description('Runs the core of all services on tables and a bus in memory, in virtual time, with failed and unknown commits, crashes, repetitions and late answers, and checks the guarantees.')
  .option('--seeds <n>', 'how many lives', '200')
  .option('--first <seed>', 'the first of them', '1')
  .option('--steps <n>', 'steps of each under faults; what it takes to come to rest comes on top', '700')
  .option('--seed <seed>', 'this life alone')
  .option('--script <file>', 'the steps in this file, one a line as printed, instead of what the seed would choose')
  .option('--shrink <tries>', 'tries to find a shorter script of what broke', '1500')
  .option('--bug <name>', `a mistake made on purpose: ${plantedBugs.map(({ name }) => name).join(', ')}`)
  .parse()
  .opts<Options>()

/** A person reads so many; more are of the same cause. */
const TELL_MAX = 5
const PROGRESS_EVERY_MS = 5_000

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const first = Number(options.seed ?? options.first)
const seeds = options.seed === undefined ? Number(options.seeds) : 1
const script = options.script === undefined ? undefined : (await readFile(options.script, 'utf8')).split('\n').filter((line) => line.trim() !== '').map(stepOf)

const bug = plantedBugs.find(({ name }) => name === options.bug)
if (options.bug !== undefined && !bug) program.error(`there is no planted bug ${options.bug}`)

let steps = 0
let orders = 0
const broken: RunResult[] = []
const startedCpu = process.cpuUsage().user
let toldAt = Date.now()
for (let seed = first; seed < first + seeds && broken.length < TELL_MAX; seed++) {
  const result = await run({ seed, steps: Number(options.steps), ...(script ? { script } : {}), ...(bug ? { bug } : {}) })
  steps += result.steps
  orders += result.orders
  if (result.broken.length > 0) {
    broken.push(result)
    await tell(result)
  }
  if (Date.now() - toldAt < PROGRESS_EVERY_MS) continue
  toldAt = Date.now()
  say(`seed ${seed} of ${first + seeds - 1}: ${steps} steps, ${orders} orders, ${broken.length} broken`)
}
const seconds = (process.cpuUsage().user - startedCpu) / 1e6
say(`${steps} steps, ${orders} orders, ${broken.length} seeds broken, ${Math.round(steps / seconds)} steps a second`)
process.exitCode = broken.length > 0 ? 1 : 0

/** What broke, and the shortest script found that breaks it. */
async function tell(result: RunResult): Promise<void> {
  say(`\nseed ${result.seed} breaks after ${result.script.length} steps:`)
  for (const what of result.broken.slice(0, 3)) say(`  ${what}`)
  const shortest = await shortestScript(result, bug, Number(options.shrink))
  say(`shortest script found (npm run simulate -- --seed ${result.seed}${bug ? ` --bug '${bug.name}'` : ''} --script FILE):`)
  for (const step of shortest.script) say(`  ${textOf(step)}`)
  for (const what of shortest.broken.slice(0, 3)) say(`  ${what}`)
}
