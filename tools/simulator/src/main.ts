// `npm run demo`: N orders over all doors, worked by simulated people through the public APIs until all is at rest, then verified.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ServiceName } from '@waybill/contracts'
import { Api, demoProducts, loadDemoCompany, startInstallation, type Installation } from '@waybill/local'
import { lineOf, LiveWorld, verify } from '@waybill/verify'
import { program } from 'commander'
import { Customers } from './customers.js'
import { Channels } from './doors.js'
import { planOrders } from './orders.js'
import { startPeople } from './people.js'
import { Random } from './random.js'
import { reportOf, type DemoReport } from './report.js'
import { restOf } from './rest.js'
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

/** The clock of the business, shortened: the database's time is not. */
const DEMO_PROFILE: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>> = {
  order: { PAYMENT_WINDOW: '5s', PAYMENT_RETRY_AFTER: '500ms' },
  warehouse: { MISSING_STOCK_WAIT: '5s', PICK_LIST_IDLE: '15s' },
}
/** Five days of carriage pass in a second. */
const CARRIER_SPEED = 5 * 86_400
/** At rest this long is at rest. */
const REST_MS = 2_000

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
  installation = await startInstallation({ directory, reset: true, processes: options.processes === true, env: DEMO_PROFILE, carrierSpeed: CARRIER_SPEED, seed, say })
  await mkdir(directory, { recursive: true })
  await loadDemoCompany(installation, join(directory, 'files'), say)

  const started = Date.now()
  const ledger = join(directory, 'sent-orders.jsonl')
  await rm(ledger, { force: true })
  await writeFile(ledger, '')
  const orders = planOrders({ orders: Number(options.orders), seed, products: demoProducts, run: `D${seed}` })
  const channels = new Channels(new Api(installation, 'Channels'), run, installation.services.order, installation.kafkaBrokers, ledger)
  const customers = new Customers(installation.mailUrl, new Random(seed + 100), run)
  customers.expect(orders)
  const settledTasks = new Map<string, number>()
  const people = startPeople(installation, seed, run, settledTasks)
  const watcher = new Api(installation, 'Watcher')
  const mail = keepWorking(run, () => customers.readMail(), 1_000, 2)
  const progress = keepWorking(run, () => showProgress(watcher, started), 2_000, 1)
  const kills = options.killEach === true ? killEach(installation, orders.length) : Promise.resolve()
  await channels.place(orders, Number(options.perSecond))
  say(`All ${channels.sent.accepted.size} orders are accepted, ${((Date.now() - started) / 1000).toFixed(0)} s`)
  await kills
  const { parked, quarantined, waitsFor } = await untilAtRest(watcher, started + Number(options.limit) * 60_000)
  const seconds = (Date.now() - started) / 1000
  run.end()
  await Promise.all([people, mail, progress])

  say('\nVerifying')
  const world = new LiveWorld({ ...installation, sentOrdersFile: ledger })
  const findings = await verify(world, { onRule: (finding) => say(lineOf(finding)) })
  const violations = findings.reduce((sum, finding) => sum + finding.violations.length, 0)
  const report = await reportOf(world, channels.sent, installation.mailUrl, { parked, quarantined, violations, seconds })
  await world.close()
  if (options.report !== undefined) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`)
  summary(report, settledTasks)
  for (const what of waitsFor) say(`NOT AT REST: ${what}`)
  return waitsFor.length > 0 || violations > 0 || parked > 0 || quarantined > 0 || report.skipped > 0 || channels.sent.refused > 0 || report.orders !== channels.sent.accepted.size
}

async function showProgress(api: Api, started: number): Promise<boolean> {
  const { body } = await api.send('console', 'GET', '/v1/board')
  const { orders, byStatus, byStage, openTasks } = body as { orders: number; byStatus: Record<string, number>; byStage: Record<string, number>; openTasks: number }
  const cells = Object.entries({ ...byStage, expired: byStatus['expired'] ?? 0, cancelled: byStatus['cancelled'] ?? 0, tasks: openTasks }).map(([name, count]) => `${name} ${count}`)
  say(`${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s  ${String(orders).padStart(5)} orders: ${cells.join(', ')}`)
  return false
}

async function untilAtRest(api: Api, deadline: number): Promise<Awaited<ReturnType<typeof restOf>>> {
  let since: number | undefined
  for (;;) {
    const rest = await restOf(api)
    if (rest.waitsFor.length > 0 || rest.parked > 0) since = undefined
    else since ??= Date.now()
    if (since !== undefined && Date.now() - since >= REST_MS) return rest
    if (Date.now() > deadline) return rest
    await wait(1_000)
  }
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
