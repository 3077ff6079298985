import { writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { ServiceName } from '@waybill/contracts'
import { Api, demoProducts, type InstallationAddresses, type Patience } from '@waybill/local'
import { Customers } from './customers.js'
import { Channels, type Sent } from './doors.js'
import { type Links, openMailbox } from './mailbox.js'
import { planOrders } from './orders.js'
import { startPeople } from './people.js'
import { Random } from './random.js'
import { restOf, type Rest } from './rest.js'
import { keepWorking, type Run } from './run.js'

/** The clock of the business, shortened for installations of the simulator: the database's time is not. */
export const shortWaits: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>> = {
  order: { PAYMENT_WINDOW: '5s', PAYMENT_RETRY_AFTER: '500ms' },
  warehouse: { MISSING_STOCK_WAIT: '5s', PICK_LIST_IDLE: '15s' },
}
/** Five days of carriage pass in a second. */
export const carrierSpeed = 5 * 86_400

/** At rest this long is at rest. */
const REST_MS = 2_000

/** What is ordered, how fast, and how everybody bears what does not answer. */
export interface CommerceOptions {
  readonly orders: number
  /** The same seed gives the same orders. */
  readonly seed: number
  readonly perSecond: number
  /** Goes in front of every reference. */
  readonly name: string
  /** The senders' ledger, begun anew: what they hold as accepted. */
  readonly ledger: string
  /** Left out: that of people who meet a restart now and then. */
  readonly patience?: Patience
  /** How long an order that went by the topic or in a file may take to appear. Unit: ms. */
  readonly appearsWithinMs?: number
}

/** How links in mails lead to the services from here. */
export const linksOf = ({ services, publicUrls = {} }: InstallationAddresses): Links =>
  Object.entries(publicUrls).map(([service, seen]) => [`${seen}/`, `${services[service as ServiceName]}/`])

/** Orders on their way through an installation, and everybody who works on them. */
export interface Commerce {
  readonly sent: Sent
  /** By kind, what waited for a person and was looked after. */
  readonly settledTasks: ReadonlyMap<string, number>
  /** Resolves when the last order is accepted, or refused. */
  readonly placed: Promise<void>
  /** Sends everybody home; resolves when they have gone. */
  end(): Promise<void>
}

/** Starts channels, customers and people; they use the public APIs alone. Throws (by `placed` and `end`) what they cannot bear. */
export async function startCommerce(installation: InstallationAddresses, run: Run, { orders: count, seed, perSecond, name, ledger, patience, appearsWithinMs }: CommerceOptions): Promise<Commerce> {
  await writeFile(ledger, '')
  const orders = planOrders({ orders: count, seed, products: demoProducts, run: name })
  const channels = new Channels(new Api(installation, 'Channels', patience), run, {
    orderUrl: installation.services.order,
    kafkaBrokers: installation.kafkaBrokers,
    ledger,
    ...(appearsWithinMs === undefined ? {} : { appearsWithinMs }),
    ...(patience?.answerMs === undefined ? {} : { answerMs: patience.answerMs }),
  })
  const mailbox = await openMailbox(installation.mailUrl, linksOf(installation))
  const customers = new Customers(mailbox, new Random(seed + 100), run, patience)
  customers.expect(orders)
  const settledTasks = new Map<string, number>()
  const people = Promise.all([startPeople(installation, seed, run, settledTasks, patience), keepWorking(run, () => customers.readMail(), 1_000, 2)])
  // whoever awaits its end sees why it failed; until then nobody may call it unhandled
  people.catch(() => run.end())
  return {
    sent: channels.sent,
    settledTasks,
    placed: channels.place(orders, perSecond),
    end: async () => {
      run.end()
      await people
    },
  }
}

/** How the house stands, in one line: orders by stage. */
export async function progressOf(api: Api): Promise<string> {
  const { body } = await api.send('console', 'GET', '/v1/board')
  const { orders, byStatus, byStage, openTasks } = body as { orders: number; byStatus: Record<string, number>; byStage: Record<string, number>; openTasks: number }
  const cells = Object.entries({ ...byStage, expired: byStatus['expired'] ?? 0, cancelled: byStatus['cancelled'] ?? 0, tasks: openTasks }).map(([name, count]) => `${name} ${count}`)
  return `${String(orders).padStart(5)} orders: ${cells.join(', ')}`
}

/** Resolves when the house has been at rest for a while, or when `givesUp`, with what it still waits for. */
export async function untilAtRest(api: Api, givesUp: (rest: Rest) => boolean): Promise<Rest> {
  let since: number | undefined
  for (;;) {
    const rest = await restOf(api)
    if (rest.waitsFor.length > 0 || rest.parked > 0) since = undefined
    else since ??= Date.now()
    if (since !== undefined && Date.now() - since >= REST_MS) return rest
    if (givesUp(rest)) return rest
    await wait(1_000)
  }
}
