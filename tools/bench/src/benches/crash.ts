import { setTimeout as pause } from 'node:timers/promises'
import { OrderConfirmed, type ServiceName } from '@waybill/contracts'
import { context, figure } from '../frame/figure.js'
import { rateOf, measured } from '../frame/stretch.js'
import { channelOf, verifyHouse, withHouse, withServers } from '../house/ground.js'
import { withClient } from '../house/servers.js'
import { untilHeard } from '../load/company.js'
import { confirmedOrder } from '../load/confirmed.js'
import { benchOrders } from '../load/orders.js'
import { inParallel } from '../load/http.js'
import { Watcher } from '../load/watcher.js'
import type { Measured, Run } from '../run.js'

const PRODUCTS = 200
/** Part of the capacity at which orders come. */
const LOAD = 0.3
const services: readonly ServiceName[] = ['inventory', 'order', 'warehouse', 'shipping', 'after-sales', 'notification', 'console']
const LOOK_MS = 100
/** A backlog of so many seconds of arrivals is caught up. */
const CAUGHT_UP_S = 0.5

interface Killed {
  readonly service: ServiceName
  readonly downMs: number
  readonly backlog: number
  /** Confirmed a second while it caught up, over arrivals a second; nothing where no backlog came about. */
  readonly catchUp: number | undefined
}

/** `crash`: each service killed by kill -9 under load; nothing lost, nothing doubled, and how fast what waited is caught up with. */
export async function crash(run: Run): Promise<Measured> {
  return withServers(run, (servers) =>
    withHouse(run, servers, { processes: true, products: PRODUCTS }, async (ground) => {
      const channel = await channelOf(ground, 128)
      const watcher = await Watcher.start(ground.house.addresses.kafkaBrokers, OrderConfirmed.topic.name, confirmedOrder)
      const count = run.isQuick ? 400 : 4_000
      const capacity = await measured(ground.pids, count, async () => {
        await channel.place(benchOrders({ count, products: PRODUCTS, seed: 1, name: 'CRC' }), { kind: 'single' }, 32)
        await watcher.until(count)
      })
      const rate = Math.max(5, rateOf(capacity) * LOAD)
      run.say(`${rateOf(capacity).toFixed(0)} orders/s at most; ${rate.toFixed(0)} orders/s while services are killed`)
      const ending = new AbortController()
      let sent = 0
      const arriving = arrivals(rate, ending.signal, async (index) => {
        const [order] = benchOrders({ count: 1, products: PRODUCTS, seed: 10_000 + index, name: `CR${index}` })
        // a channel that is not answered asks again until it is: by its reference it stays one order
        while (order !== undefined && (await channel.once(order).catch(() => 503)) >= 300) await pause(200)
        sent += 1
      })
      const killed: Killed[] = []
      for (const service of services.slice(0, run.isQuick ? 2 : services.length)) {
        await pause(2_000)
        const at = performance.now()
        await ground.house.kill(service)
        const downMs = performance.now() - at
        const [heard, from] = [watcher.count, performance.now()]
        const backlog = count + sent - watcher.count
        while (count + sent - watcher.count > rate * CAUGHT_UP_S) await pause(LOOK_MS)
        const seconds = (performance.now() - from) / 1_000
        const catchUp = backlog > rate ? (watcher.count - heard) / seconds / rate : undefined
        killed.push({ service, downMs, backlog, catchUp })
        run.say(`kill -9 ${service}: back in ${downMs.toFixed(0)} ms, ${backlog} orders waited, caught up after ${seconds.toFixed(1)} s${catchUp === undefined ? '' : `, ${catchUp.toFixed(1)} times the arrival`}`)
      }
      ending.abort()
      await arriving
      await watcher.until(channel.accepted.size)
      await untilHeard(ground.api)
      await watcher.stop()
      await verifyHouse(ground, channel.accepted, run.say)
      channel.close()
      const [kept] = await inSql(servers.database('waybill_order'))
      const lostOrDoubled = Math.abs((kept ?? 0) - channel.accepted.size)
      const slowest = Math.min(...killed.flatMap(({ catchUp }) => catchUp ?? []))
      return {
        figures: [
          figure('R17 lost', { value: lostOrDoubled, detail: `${channel.accepted.size} orders, ${killed.length} kills of services; servers are killed by \`npm run faults\`` }),
          ...(Number.isFinite(slowest) ? [figure('R17 catch-up', { value: slowest, detail: `the slowest of ${killed.length} kills` })] : [figure('R17 catch-up', { detail: 'no backlog came about' })]),
          context('R17 down', 'The longest until a killed service is ready again', 'ms', Math.max(...killed.map(({ downMs }) => downMs)), 'kill -9 and start', false),
        ],
        rounds: killed,
      }
    }),
  )
}

/** Calls `send` at a constant rate until it is ended, then waits for all that were sent. */
async function arrivals(rate: number, until: AbortSignal, send: (index: number) => Promise<void>): Promise<void> {
  const sending: Promise<void>[] = []
  const started = performance.now()
  for (let index = 0; !until.aborted; index++) {
    const ms = started + (index / rate) * 1_000 - performance.now()
    if (ms > 0) await pause(ms)
    sending.push(send(index))
  }
  await inParallel(sending, sending.length, (one) => one)
}

async function inSql(url: string): Promise<readonly number[]> {
  return withClient(url, async (client) => (await client.query<{ orders: number }>('SELECT count(*)::int AS orders FROM orders')).rows.map(({ orders }) => orders))
}
