import { afterSalesCore, migrations as afterSalesMigrations } from '@waybill/after-sales/core'
import { consumers } from '@waybill/contracts'
import { inventoryCore, migrations as inventoryMigrations } from '@waybill/inventory/core'
import { migrations as orderMigrations, orderCore } from '@waybill/order/core'
import { migrations as shippingMigrations, shippingCore } from '@waybill/shipping/core'
import { migrations as warehouseMigrations, warehouseCore } from '@waybill/warehouse/core'
import { Database, type Shape, type Spoken } from '../database/database.js'
import { declare, type Migrated } from '../database/schema.js'
import { Bus, Group, type Fact, type Queue } from './bus.js'
import { CarrierBooks, SlowCarrier } from './carrier.js'
import { VirtualClock } from './clock.js'
import { Outside } from './outside.js'
import { ProviderBooks, SlowProvider } from './provider.js'
import { Requests } from './requests.js'
import { causeOf, isSurroundings, keyOf, Service, type CommitFault } from './service.js'

type Migration = new () => { up(runner: never): Promise<unknown> }


/** What each service's database is, read from its own migrations. */
interface Shapes {
  readonly order: Shape
  readonly inventory: Shape
  readonly warehouse: Shape
  readonly shipping: Shape
  readonly afterSales: Shape
}

/** Kinds of timers whose handlers ask the outside and wait for its answer. */
const ASKING = new Set(['payment-call', 'label-call', 'carrier-handover'])

/** Timers of a service that were set to go off at once, and ask nobody outside. */
export function wokenIn({ timers, clock }: Service): readonly { readonly kind: string; readonly subject: string }[] {
  const now = clock.now.getTime()
  return timers.due(now).filter(({ kind, dueAt }) => dueAt.getTime() === now && !ASKING.has(kind))
}

/** Prices are few here: the one in force is the one there is. */
const prices: Spoken = (database) => database.rows('prices').map((row) => ({ ...row, price_minor: String(row['price_minor']) }))

async function migrated(migrations: readonly Migration[]): Promise<Migrated> {
  const statements: { sql: string; values: readonly unknown[] }[] = []
  const runner = { query: (sql: string, values: readonly unknown[] = []) => Promise.resolve(void statements.push({ sql, values })) }
  for (const Each of migrations) await new Each().up(runner as never)
  return statements
}

async function shapeOf(migrations: readonly Migration[], spoken: ReadonlyMap<string, Spoken> = new Map()): Promise<Shape> {
  return { declared: declare(await migrated(migrations)), compiled: new Map(), spoken }
}

let shapes: Promise<Shapes> | undefined

const readShapes = (): Promise<Shapes> =>
  (shapes ??= (async () => ({
    order: await shapeOf(orderMigrations, new Map([['terms.prices', prices]])),
    inventory: await shapeOf(inventoryMigrations),
    warehouse: await shapeOf(warehouseMigrations),
    shipping: await shapeOf(shippingMigrations),
    afterSales: await shapeOf(afterSalesMigrations),
  }))())

/** Lets everything that is ready run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Five services, the topics between them, and the outside; nothing happens in it by itself. */
export class House {
  readonly clock = new VirtualClock()
  /** What must never happen, and did. */
  readonly complaints: string[] = []
  readonly requests = new Requests((what) => this.complaints.push(what))
  readonly provider: ProviderBooks
  readonly carrier: CarrierBooks
  readonly order: Service<ReturnType<typeof orderCore>>
  readonly inventory: Service<ReturnType<typeof inventoryCore>>
  readonly warehouse: Service<ReturnType<typeof warehouseCore>>
  readonly shipping: Service<ReturnType<typeof shippingCore>>
  readonly afterSales: Service<ReturnType<typeof afterSalesCore>>
  readonly services: readonly Service[]
  readonly bus: Bus

  private constructor(shapesOf: Shapes, from?: House) {
    const complain = (what: string): void => void this.complaints.push(what)
    const kept = (service: Service | undefined, shape: Shape): Database => service?.database.copy(() => this.clock.now) ?? new Database(shape, () => this.clock.now)
    this.provider = new ProviderBooks(this.clock, complain, (key) => [...this.order.database.table('payment_operations').where('id', key)].length > 0)
    this.carrier = new CarrierBooks(complain, (key) => [...this.shipping.database.table('carrier_calls').where('key', key)].length > 0)
    const { clock } = this
    this.order = new Service('order', kept(from?.order, shapesOf.order), clock, (process) => orderCore(process, new SlowProvider(this.provider, process.service.outside, process)), complain, new Outside(), from?.order)
    this.inventory = new Service('inventory', kept(from?.inventory, shapesOf.inventory), clock, inventoryCore, complain, new Outside(), from?.inventory)
    this.warehouse = new Service('warehouse', kept(from?.warehouse, shapesOf.warehouse), clock, warehouseCore, complain, new Outside(), from?.warehouse)
    this.shipping = new Service('shipping', kept(from?.shipping, shapesOf.shipping), clock, (process) => shippingCore(process, new SlowCarrier(this.carrier, process.service.outside, process)), complain, new Outside(), from?.shipping)
    this.afterSales = new Service('after-sales', kept(from?.afterSales, shapesOf.afterSales), clock, afterSalesCore, complain, new Outside(), from?.afterSales)
    this.services = [this.order, this.inventory, this.warehouse, this.shipping, this.afterSales]
    const groups = this.services.map(({ group }) => new Group(group, new Set((consumers[group]?.handles ?? []).map(({ topic }) => topic.name))))
    this.bus = new Bus(groups)
    for (const [place, service] of this.services.entries()) {
      const group = groups[place]
      service.onCrash = () => group?.rewind()
      service.journal.push(...(from?.services[place]?.journal ?? []))
    }
  }

  private static ready: Promise<House> | undefined

  /** A house in which everything is set up and nobody has heard of it yet. */
  static async open(setUp: (house: House) => Promise<void>): Promise<House> {
    this.ready ??= (async () => {
      const house = new House(await readShapes())
      await setUp(house)
      return house
    })()
    const ready = await this.ready
    return new House(await readShapes(), ready)
  }

  groupOf(service: Service): Group {
    const group = this.bus.groups.find(({ name }) => name === service.group)
    if (!group) throw new Error(`${service.name} reads nothing`)
    return group
  }

  /** Time passes; what is in hand stays there. */
  pass(ms: number): void {
    this.clock.pass(ms)
    const now = this.clock.now.getTime()
    for (const service of this.services) for (const due of service.process.inHand) service.timers.renew(due, now)
  }

  /** Hands a service the next messages of a queue, and of others that have the same to say. */
  async deliver(service: Service, queue: Queue, most: number, fault: CommitFault | 'poison' | undefined): Promise<void> {
    const group = this.groupOf(service)
    const { head } = queue
    if (!head) return
    const move = (moved: Queue, by: number): void => {
      moved.position += by
      group.moved(moved)
    }
    if (!service.handles(head.type)) {
      service.pass(head)
      move(queue, 1)
      return
    }
    if (fault === 'poison') {
      if (!service.inbox.has(head.eventId) && !service.parked.get(keyOf(head))?.some(({ eventId }) => eventId === head.eventId)) service.park(head)
      move(queue, 1)
      return
    }
    const taken = gather(group, queue, head.type, most)
    const isDone = await this.handle(service, taken.flatMap(({ facts }) => facts), false, fault)
    if (isDone) for (const { from, facts } of taken) move(from, facts.length)
  }

  /** Gives a service, or a copy of it, one message. */
  async tell(service: Service, fact: Fact): Promise<void> {
    if (service.handles(fact.type)) await this.handle(service, [fact], false, undefined)
    else service.pass(fact)
  }

  /** Tries what was put aside again. */
  async retryParked(service: Service, name: string): Promise<void> {
    const [head] = service.parked.get(name) ?? []
    if (!head) return
    if (service.handles(head.type)) await this.handle(service, [head], true, undefined)
    else service.passParked(head)
  }

  /** Sends rows of the journal. */
  relay(service: Service, most: number): void {
    const { process } = service
    for (const fact of service.journal.slice(process.sent, process.sent + most)) {
      this.bus.append(fact)
      process.sent++
    }
  }

  /** Calls the handler of timers of one kind that are due. */
  async fire(service: Service, kind: string, subjects: readonly string[], fault: CommitFault | undefined): Promise<void> {
    const { process } = service
    const now = this.clock.now.getTime()
    const dues = subjects.flatMap((subject) => service.timers.claim({ kind, subject }, now) ?? [])
    const handler = process.timers.get(kind)
    if (dues.length === 0 || !handler) return
    service.nextCommit = fault
    for (const due of dues) process.inHand.add(due)
    const isOver = handler(dues)
      .catch((error: unknown) => this.judge(service, `timer ${kind}`, error))
      .then(() => {
        for (const due of dues) {
          process.inHand.delete(due)
          if (!process.isDead) service.timers.release(due, this.clock.now.getTime())
        }
      })
    await (ASKING.has(kind) ? turn() : process.orDeath(isOver))
    service.nextCommit = undefined
  }

  /** The outside does what it was asked for and answers, does it and is silent, or is silent. */
  async answer(service: Service, place: number, how: 'answers' | 'does-and-is-silent' | 'is-silent', fault: CommitFault | undefined): Promise<void> {
    const call = service.outside.take(place)
    if (!call) return
    const value = how === 'is-silent' ? undefined : call.act()
    if (call.caller.isDead) return
    service.nextCommit = fault
    if (how === 'answers') call.answer(value)
    else call.silence()
    await turn()
    service.nextCommit = undefined
  }

  private async handle(service: Service, facts: readonly Fact[], isRetried: boolean, fault: CommitFault | undefined): Promise<boolean> {
    const { process } = service
    const [first] = facts
    const handler = first && process.events.get(first.type)
    if (!handler) return false
    service.nextCommit = fault
    try {
      await process.orDeath(handler(facts.map((fact) => ({ cause: causeOf(service.group, fact, isRetried), payload: fact.payload }))))
      return !process.isDead
    } catch (error) {
      this.judge(service, first.type, error)
      return false
    } finally {
      service.nextCommit = undefined
    }
  }

  /** What the surroundings do comes right by itself; anything else nobody but a person could help. */
  private judge(service: Service, at: string, error: unknown): void {
    if (isSurroundings(error)) return
    this.complaints.push(`${service.name} cannot handle ${at}: ${(error as Error).stack ?? String(error)}`)
  }
}

interface Taken {
  readonly from: Queue
  readonly facts: readonly Fact[]
}

/** The heads of one type, as libs/messaging takes them together: order within a key is kept. */
function gather(group: Group, first: Queue, type: string, most: number): readonly Taken[] {
  const taken: Taken[] = []
  let left = most
  for (const queue of [first, ...group.ready.filter((each) => each !== first)]) {
    const facts: Fact[] = []
    for (let at = queue.position; left > 0 && queue.facts[at]?.type === type; at++) {
      const fact = queue.facts[at]
      if (fact) facts.push(fact)
      left--
    }
    if (facts.length > 0) taken.push({ from: queue, facts })
    if (left === 0) break
  }
  return taken
}

