// Modest traffic for `npm start`: a few orders a minute, worked by simulated people, until it is stopped.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Api, demoProducts, installationOf, loadDemoCompany, runningInstallation } from '@waybill/local'
import { Option, program } from 'commander'
import { linksOf } from './commerce.js'
import { Customers } from './customers.js'
import { Channels } from './doors.js'
import { openMailbox } from './mailbox.js'
import { planOrders } from './orders.js'
import { startPeople } from './people.js'
import { Random } from './random.js'
import { keepWorking, Run } from './run.js'

const { directory, perMinute, installation: file } = program
  .option('--directory <folder>', 'where the installation keeps its data', '.waybill')
  .addOption(new Option('--installation <file>', 'where another installation answers; its demo company is loaded first').env('WAYBILL_INSTALLATION'))
  .option('--per-minute <n>', 'orders a minute', '12')
  .parse()
  .opts<{ directory: string; perMinute: string; installation?: string }>()

const installation = file === undefined ? await runningInstallation(directory) : await installationOf(file)
if (!installation) {
  process.stderr.write(`No Waybill runs in ${directory}. Fix: npm start\n`)
  process.exit(2)
}
const run = new Run()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))

const seed = Date.now() % 1_000_000
await mkdir(join(directory, 'traffic'), { recursive: true })
if (file !== undefined) await loadDemoCompany(installation, join(directory, 'company'), (line) => void process.stdout.write(`${line}\n`))
const channels = new Channels(new Api(installation, 'Channels'), run, { orderUrl: installation.services.order, kafkaBrokers: installation.kafkaBrokers, ledger: join(directory, 'traffic', 'sent-orders.jsonl') })
void startPeople(installation, seed, run, new Map())
const customers = new Customers(await openMailbox(installation.mailUrl, linksOf(installation)), new Random(seed), run)
void keepWorking(run, () => customers.readMail(), 5_000)
const everyMs = 60_000 / Number(perMinute)
for (let round = 0; run.isGoing; round++) {
  // one at a time, each through a door that answers at once
  const orders = planOrders({ orders: 1, seed: seed + round, products: demoProducts, run: `T${seed}-${round}` }).map((order) => ({ ...order, door: round % 3 === 2 ? ('topic' as const) : ('rest' as const) }))
  customers.expect(orders)
  await Promise.all([channels.place(orders, 1), wait(everyMs)])
}
