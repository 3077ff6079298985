// `npm run demo`: N orders over all doors, worked by simulated people through the public APIs until all is at rest, then verified.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ServiceName } from '@waybill/contracts'
import { Api, loadDemoCompany, startInstallation, type Installation } from '@waybill/local'
import { lineOf, LiveWorld, verify } from '@waybill/verify'
import { program } from 'commander'
import { carrierSpeed, progressOf, shortWaits, startCommerce, untilAtRest } from './commerce.js'
import { reportOf, type DemoReport } from './report.js'
import { keepWorking, Run } from './run.js'

interface Options {
  readonly orders: string
  readonly seed: string
  readonly report?: string
  readonly processes?: boolean
  readonly killEach?: boolean
  readonly perSecond: string
  readonly limit: string
}

const options = program
  .name('npm run demo --')
  .description('Runs orders through a Waybill of its own, from the channel to the refund, and proves the guarantees afterwards.')
  .option('--orders <n>', 'how many', '200')
  .option('--seed <n>', 'the same seed gives the same orders', '1')
  .option('--report <file>', 'where the figures go, as JSON')
  .option('--processes', 'a process per service')
  .option('--kill-each', 'each service once with kill -9 in the middle, and started again (needs --processes)')
  .option('--per-second <n>', 'how fast channels hand orders in', '10')
  .option('--limit <minutes>', 'give up after', '15')
  .parse()
  .opts<Options>()

if (options.killEach === true && options.processes !== true) {
  process.stderr.write('--kill-each needs --processes: one process cannot lose a part of itself.\n')
  process.exit(2)
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const directory = resolve('.waybill/demo')
const run = new Run()
let installation: Installation | undefined
let isStopping = false

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isStopping) return
    isStopping = true
    say('\nStopping')
    run.end()
    void (installation?.stop() ?? Promise.resolve()).finally(() => process.exit(130))
  })
}

const failed = await demo().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return true
})
run.end()
await installation?.stop()
process.exit(failed ? 1 : 0)

/** The whole demo; true if something is wrong at its end. */
async function demo(): Promise<boolean> {
  const seed = Number(options.seed)
  installation = await startInstallation({ directory, reset: true, processes: options.processes === true, env: shortWaits, carrierSpeed, seed, say })
  await mkdir(directory, { recursive: true })
  await loadDemoCompany(installation, join(directory, 'files'), say)

  const started = Date.now()
  const ledger = join(directory, 'sent-orders.jsonl')
  const count = Number(options.orders)
  const commerce = await startCommerce(installation, run, { orders: count, seed, perSecond: Number(options.perSecond), name: `D${seed}`, ledger })
  const watcher = new Api(installation, 'Watcher')
  const progress = keepWorking(run, () => showProgress(watcher, started), 2_000, 1)
  const kills = options.killEach === true ? killEach(installation, count) : Promise.resolve()
  await commerce.placed
  say(`All ${commerce.sent.accepted.size} orders are accepted, ${((Date.now() - started) / 1000).toFixed(0)} s`)
  await kills
  const { parked, quarantined, waitsFor } = await untilAtRest(watcher, () => Date.now() > started + Number(options.limit) * 60_000)
  const seconds = (Date.now() - started) / 1000
  await Promise.all([commerce.end(), progress])

  say('\nVerifying')
  const world = new LiveWorld({ ...installation, sentOrdersFile: ledger })
  const findings = await verify(world, { onRule: (finding) => say(lineOf(finding)) })
  const violations = findings.reduce((sum, finding) => sum + finding.violations.length, 0)
  const report = await reportOf(world, commerce.sent, installation.mailUrl, { parked, quarantined, violations, seconds })
  await world.close()
  if (options.report !== undefined) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`)
  summary(report, commerce.settledTasks)
  for (const what of waitsFor) say(`NOT AT REST: ${what}`)
  return waitsFor.length > 0 || violations > 0 || parked > 0 || quarantined > 0 || report.skipped > 0 || commerce.sent.refused > 0 || report.orders !== commerce.sent.accepted.size
}

async function showProgress(api: Api, started: number): Promise<boolean> {
  say(`${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s  ${await progressOf(api)}`)
  return false
}

/** Kills each service once, one after another, while orders come in. */
async function killEach({ services, kill }: Installation, orders: number): Promise<void> {
  const names = Object.keys(services) as ServiceName[]
  const everyMs = Math.max(2_000, ((orders / Number(options.perSecond)) * 1000) / (names.length + 1))
  for (const name of names) {
    await wait(everyMs)
    if (!run.isGoing) return
    say(`kill -9 ${name}`)
    await kill(name)
    say(`${name} is back`)
  }
}

function summary(report: DemoReport, settledTasks: ReadonlyMap<string, number>): void {
  say('\nDone')
  for (const [name, value] of Object.entries(report)) say(`  ${name.padEnd(20)} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
  if (settledTasks.size > 0) say(`  tasks settled        ${[...settledTasks].map(([kind, times]) => `${kind} ${times}`).join(', ')}`)
  if (run.troubles.size > 0) say(`  troubles             ${[...run.troubles].map(([what, times]) => `${what} (${times})`).join('; ')}`)
}
