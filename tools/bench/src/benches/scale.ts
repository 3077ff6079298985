import { OrderConfirmed, type ServiceName } from '@waybill/contracts'
import { context, figure, type Figure } from '../frame/figure.js'
import { fitScalability, spreadOf } from '../frame/statistics.js'
import { cpuLine, cpuPerUnit, measured, rateOf, type Stretch } from '../frame/stretch.js'
import { channelOf, verifyHouse, withHouse, withServers, type Ground } from '../house/ground.js'
import { isProduct } from '../house/house.js'
import { withClient } from '../house/servers.js'
import { untilHeard } from '../load/company.js'
import { confirmedOrder } from '../load/confirmed.js'
import { benchOrders } from '../load/orders.js'
import { Watcher } from '../load/watcher.js'
import type { Measured, Run } from '../run.js'
import { cloneRows } from './clone.js'

const PRODUCTS = 200
const bystanders: readonly ServiceName[] = ['warehouse', 'shipping', 'after-sales', 'notification', 'console']
/** Processes of order and of inventory. */
const REPLICAS = [1, 2, 4] as const

/** Tables that grow with every order; those of the company do not. */
const growing = {
  waybill_order: ['public.orders', 'public.order_lines', 'public.order_history', 'public.promise_history', 'public.delivery_details', 'public.payments', 'public.payment_history', 'public.payment_operations', 'public.payment_ledger', 'public.channel_orders', 'messaging.subjects', 'messaging.consumed_sequence'],
  waybill_inventory: ['public.need', 'public.need_line', 'public.reservation', 'public.reservation_history', 'public.fulfillment_share', 'messaging.subjects', 'messaging.consumed_sequence'],
} as const

/** `scale`: what an order costs when many are kept, and what more processes of a service bring. */
export async function scale(run: Run): Promise<Measured> {
  const [count, kept] = run.isQuick ? [1_000, 100_000] : [5_000, 1_000_000]
  return withServers(run, (servers) =>
    withHouse(run, servers, { processes: true, products: PRODUCTS }, async (ground) => {
      const channel = await channelOf(ground, 32)
      const watcher = await Watcher.start(ground.house.addresses.kafkaBrokers, OrderConfirmed.topic.name, confirmedOrder)
      let seed = 0
      const round = async (): Promise<Stretch> => {
        const until = watcher.count + count
        return measured(ground.pids, count, async () => {
          await channel.place(benchOrders({ count, products: PRODUCTS, seed: (seed += 1), name: `SC${seed}` }), { kind: 'bulk', size: 50 }, 6)
          await watcher.until(until)
        })
      }
      const rounds = async (what: string): Promise<readonly Stretch[]> => {
        await ground.house.signal(bystanders, 'SIGSTOP')
        const all: Stretch[] = []
        for (let number = 0; number < run.rounds; number++) {
          const stretch = await round()
          all.push(stretch)
          run.say(`${what}: ${rateOf(stretch).toFixed(0)} orders/s; ${cpuPerUnit(stretch, isProduct).toFixed(0)} us an order: ${cpuLine(stretch)}`)
        }
        await ground.house.signal(bystanders, 'SIGCONT')
        await untilHeard(ground.api)
        return all
      }
      await round()
      const few = await rounds(`${channel.accepted.size} orders kept`)
      const byReplicas = run.isQuick ? [] : await overReplicas(ground, rounds)
      // copies are known to their own tables alone: what is promised is proved before they are made
      await verifyHouse(ground, channel.accepted, run.say)
      const made = await copyUntil(ground, channel.accepted.size, kept)
      run.say(`${kept} orders: ${made} rows were copied`)
      const many = await rounds(`${kept} orders kept`)
      const confirmed = await withClient(servers.database('waybill_order'), async (client) => (await client.query<{ waiting: number }>(`SELECT count(*)::int AS waiting FROM orders WHERE status = 'PLACED'`)).rows[0]?.waiting)
      if (confirmed !== 0) throw new Error(`${confirmed} orders were not confirmed`)
      await watcher.stop()
      channel.close()
      const cost = (some: readonly Stretch[]): number => spreadOf(some.map((one) => cpuPerUnit(one, isProduct))).median
      const figures: Figure[] = [
        figure('R13', { value: cost(many) / cost(few), detail: `${cost(many).toFixed(0)} us with ${kept} orders kept against ${cost(few).toFixed(0)} us with few; placed to confirmed, bulk calls` }),
        ...(byReplicas.length < 3 ? [] : [usl(byReplicas)]),
      ]
      return { figures, rounds: { few, many, byReplicas } }
    }),
  )
}

type ByReplicas = readonly { readonly n: number; readonly throughput: number }[]

async function overReplicas({ house }: Ground, rounds: (what: string) => Promise<readonly Stretch[]>): Promise<ByReplicas> {
  const points: { n: number; throughput: number }[] = []
  let running = 1
  for (const n of REPLICAS) {
    for (; running < n; running++) for (const service of ['order', 'inventory'] as const) await house.another(service)
    points.push({ n, throughput: spreadOf((await rounds(`${n} processes of order and of inventory`)).map(rateOf)).median })
  }
  return points
}

function usl(points: ByReplicas): Figure {
  const { sigma, kappa } = fitScalability(points)
  return context('U1', 'Part of the work that waits for others, over replicas (sigma of the Universal Scalability Law)', '', sigma, `kappa ${kappa.toFixed(3)}; ${points.map(({ n, throughput }) => `${n}: ${throughput.toFixed(0)}/s`).join(', ')} on this machine's cores`, false)
}

/** Copies what the orders left until so many are kept. Answers the rows made. */
async function copyUntil({ servers }: Ground, there: number, kept: number): Promise<number> {
  const copies = Math.max(1, Math.round(kept / there) - 1)
  let rows = 0
  for (const [database, tables] of Object.entries(growing)) {
    const made = await withClient(servers.database(database), (client) => cloneRows(client, tables, {}, copies))
    rows += Object.values(made).reduce((sum, count) => sum + count, 0)
  }
  return rows
}
