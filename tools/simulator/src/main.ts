// `npm run demo`: N orders over all doors, worked by simulated people through the public APIs until all is at rest, then verified.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ServiceName } from '@waybill/contracts'
import { Api, type Installation, type InstallationAddresses, installationOf, loadDemoCompany, startInstallation } from '@waybill/local'
import { lineOf, LiveWorld, verify } from '@waybill/verify'
import { Option, program } from 'commander'
import { carrierSpeed, linksOf, progressOf, shortWaits, startCommerce, untilAtRest } from './commerce.js'
import { openMailbox } from './mailbox.js'
import { reportOf, type DemoReport } from './report.js'
import { keepWorking, Run } from './run.js'

interface Options {
  readonly orders: string
  readonly seed: string
  readonly report?: string
  readonly installation?: string
  readonly data: string
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
  .addOption(new Option('--installation <file>', 'an installation that runs elsewhere (JSON as .waybill/installation.json), instead of one of its own').env('WAYBILL_INSTALLATION'))
  .option('--data <directory>', 'where its files lie', '.waybill/demo')
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
const directory = resolve(options.data)
const run = new Run()
let own: Installation | undefined
let isStopping = false

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isStopping) return
    isStopping = true
    say('\nStopping')
    run.end()
    void (own?.stop() ?? Promise.resolve()).finally(() => process.exit(130))
  })
}

const failed = await demo().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return true
})
run.end()
await own?.stop()
process.exit(failed ? 1 : 0)

/** The whole demo; true if something is wrong at its end. */
async function demo(): Promise<boolean> {
  const seed = Number(options.seed)
  if (options.installation !== undefined) return runThrough(await installationOf(options.installation), `D${seed}-${Date.now().toString(36)}`)
  own = await startInstallation({ directory, reset: true, processes: options.processes === true, env: shortWaits, carrierSpeed, seed, say })
  return runThrough(own, `D${seed}`)
}

async function runThrough(installation: InstallationAddresses, name: string): Promise<boolean> {
  const seed = Number(options.seed)
  await mkdir(directory, { recursive: true })
  await loadDemoCompany(installation, join(directory, 'files'), say)

  const started = Date.now()
  const ledger = join(directory, 'sent-orders.jsonl')
  const count = Number(options.orders)
  const commerce = await startCommerce(installation, run, { orders: count, seed, perSecond: Number(options.perSecond), name, ledger })
  const watcher = new Api(installation, 'Watcher')
  const progress = keepWorking(run, () => showProgress(watcher, started), 2_000, 1)
  const kills = own && options.killEach === true ? killEach(own, count) : Promise.resolve()
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
  const report = await reportOf(world, commerce.sent, await openMailbox(installation.mailUrl, linksOf(installation)), { parked, quarantined, violations, seconds })
  await world.close()
  if (options.report !== undefined) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`)
  summary(report, commerce.settledTasks)
  for (const what of waitsFor) say(`NOT AT REST: ${what}`)
  return waitsFor.length > 0 || violations > 0 || parked > 0 || quarantined > 0 || report.skipped > 0 || commerce.sent.refused > 0 || (own !== undefined && report.orders !== commerce.sent.accepted.size)
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
