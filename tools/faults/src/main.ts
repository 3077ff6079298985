// `npm run faults`: orders through a Waybill of its own while everything around it is broken, and the guarantees afterwards.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { dataDirectory } from '@waybill/testing'
import { InvalidArgumentError, program } from 'commander'
import { runFaults } from './fault-run.js'
import { faultsFound } from './report.js'

interface Options {
  readonly orders: number
  readonly minutes: number
  readonly seed: number
  readonly killsPerMinute: number
  readonly othersPerMinute: number
  readonly directory: string
  readonly report?: string
}

const number = (text: string): number => {
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('A number is expected.')
  return value
}

const options = program
  .name('npm run faults --')
  .description('Runs orders through a Waybill of its own, on a broker and a database of its own, kills and disturbs all of them at random, heals them, lets all come to rest and verifies.\nExits with 0 if everything holds, 1 if not, 2 if it could not be found out.')
  .option('--orders <n>', 'how many', number, 2_000)
  .option('--minutes <n>', 'how long faults come', number, 20)
  .option('--seed <n>', 'the same seed gives the same orders and the same plan of faults', number, 1)
  .option('--kills-per-minute <n>', 'kill -9 of services, broker and database', number, 9)
  .option('--others-per-minute <n>', 'all other faults', number, 20)
  .option('--directory <folder>', 'where its installation lies', join(dataDirectory, 'faults', 'run'))
  .option('--report <file>', 'where the figures go, as JSON; default: report-<seed>.json beside the directory')
  .parse()
  .opts<Options>()

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (ending.signal.aborted) process.exit(130)
    say('\nStopping')
    ending.abort()
  })
}

try {
  const directory = resolve(options.directory)
  const report = await runFaults({ ...options, directory, signal: ending.signal, say })
  const file = resolve(options.report ?? join(dirname(directory), `report-${options.seed}.json`))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
  say('\nFaults')
  for (const [kind, times] of Object.entries(report.byKind)) say(`  ${String(times).padStart(4)}  ${kind}`)
  say(`  ${report.kills} kills and ${report.otherFaults} other faults over ${report.accepted} orders; at rest ${report.secondsUntilRest} s after the last`)
  const found = faultsFound(report)
  for (const one of found) say(`  FOUND ${one}`)
  say(found.length === 0 ? `All holds. ${file}` : `${found.length} found. ${file}`)
  process.exit(found.length === 0 ? 0 : 1)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(2)
}
