import { StockReserved, type ServiceName } from '@waybill/contracts'
import { contest } from '../frame/contest.js'
import { context, figure } from '../frame/figure.js'
import { ratios, spreadOf } from '../frame/statistics.js'
import { cpuLine, cpuPerUnit, measured, rateOf, type Stretch } from '../frame/stretch.js'
import { channelOf, verifyHouse, withHouse, withServers, type Ground } from '../house/ground.js'
import { freshDatabase } from '../house/servers.js'
import type { Channel } from '../load/channel.js'
import { untilHeard } from '../load/company.js'
import { benchOrders, type Demand } from '../load/orders.js'
import { Watcher } from '../load/watcher.js'
import type { Measured, Run } from '../run.js'
import { SqlFloor } from './sql.js'

const others: readonly ServiceName[] = ['warehouse', 'shipping', 'after-sales', 'notification', 'console']
const PRODUCTS = 200
const isReservation = (name: string): boolean => name === 'inventory' || name === 'postgres' || name === 'floor'

/** `reserve`: orders that wait for stock, reserved as fast as inventory can, beside the same in SQL: locked once, decided in memory, written once. */
export function reserve(run: Run): Promise<Measured> {
  const count = run.isQuick ? 1_000 : 10_000
  return withInventory(run, async (ground, round) => {
    const floor = await SqlFloor.open(await freshDatabase(ground.servers, 'reserve'), PRODUCTS, 2)
    const pick = (): number => Math.floor(Math.random() * PRODUCTS)
    const sql = async (): Promise<Stretch> => {
      const own = process.cpuUsage()
      const stretch = await measured(() => ground.servers.pids, count * 10, async () => {
        for (let done = 0; done < count * 10; done += 400) await Promise.all([floor.reserve(200, pick), floor.reserve(200, pick)])
      })
      const { user, system } = process.cpuUsage(own)
      return stretch.cpu ? { ...stretch, cpu: { ...stretch.cpu, floor: (user + system) / 1_000 } } : stretch
    }
    const { ours = [], floor: floors = [] } = await contest(
      [
        { name: 'ours', round: () => round(count, 'uniform', 5) },
        { name: 'floor', round: sql },
      ],
      run.rounds,
      teller(run),
    )
    await floor.close()
    const cost = (rounds: readonly Stretch[]): number[] => rounds.map((one) => cpuPerUnit(one, isReservation))
    const share = spreadOf(ratios(cost(floors), cost(ours)).map((value) => value * 100))
    return { figures: [figure('R5', { value: share.median, min: share.min, max: share.max, detail: `${spreadOf(cost(ours)).median.toFixed(0)} against ${spreadOf(cost(floors)).median.toFixed(0)} us, inventory (or the client) and database` })], rounds: { ours, floors } }
  })
}

/** `hotsku`: every order wants the same product, beside orders that want any. */
export function hotsku(run: Run): Promise<Measured> {
  const count = run.isQuick ? 1_000 : 10_000
  return withInventory(run, async (_ground, round) => {
    const { hot = [], uniform = [] } = await contest(
      [
        { name: 'hot', round: () => round(count, 'hot', 1) },
        { name: 'uniform', round: () => round(count, 'uniform', 1) },
      ],
      run.rounds,
      teller(run),
    )
    const rates = spreadOf(ratios(hot.map(rateOf), uniform.map(rateOf)))
    const cost = (rounds: readonly Stretch[]): number[] => rounds.map((one) => cpuPerUnit(one, isReservation))
    return {
      figures: [
        figure('R6', { value: rates.median, min: rates.min, max: rates.max, detail: `${spreadOf(hot.map(rateOf)).median.toFixed(0)} against ${spreadOf(uniform.map(rateOf)).median.toFixed(0)} orders/s of one line` }),
        context('R6 cpu', 'CPU of a reservation: one hot product over uniform demand', 'x', spreadOf(ratios(cost(hot), cost(uniform))).median, 'inventory and database', false),
      ],
      rounds: { hot, uniform },
    }
  })
}

type Round = (count: number, demand: Demand, linesMax: number) => Promise<Stretch>

const teller = (run: Run) => (name: string, number: number, round: Stretch): void => run.say(`${name.padEnd(8)} ${number + 1}: ${rateOf(round).toFixed(0)} orders/s; ${cpuLine(round)}`)

/** A house in which orders are placed while inventory stands still; then inventory alone works on them. */
function withInventory(run: Run, work: (ground: Ground, round: Round) => Promise<Measured>): Promise<Measured> {
  return withServers(run, (servers) =>
    withHouse(run, servers, { processes: true, products: PRODUCTS }, async (ground) => {
      const channel: Channel = await channelOf(ground, 8)
      const watcher = await Watcher.start(ground.house.addresses.kafkaBrokers, StockReserved.topic.name, ({ headers, key }) => (String(headers?.['ce_type'] ?? '') === StockReserved.type ? key?.toString() : undefined))
      await ground.house.signal(others, 'SIGSTOP')
      let seed = 0
      const round: Round = async (count, demand, linesMax) => {
        await ground.house.signal(['inventory'], 'SIGSTOP')
        await channel.place(benchOrders({ count, products: PRODUCTS, seed: (seed += 1), name: `RE${seed}`, demand, linesMax }), { kind: 'bulk', size: 50 }, 4)
        await untilPublished(ground)
        await ground.house.signal(['order'], 'SIGSTOP')
        const until = watcher.count + count
        const stretch = await measured(ground.pids, count, async () => {
          await ground.house.signal(['inventory'], 'SIGCONT')
          await watcher.until(until)
        })
        await ground.house.signal(['order'], 'SIGCONT')
        await untilHeard(ground.api, ['order', 'inventory'])
        return stretch
      }
      await round(run.isQuick ? 300 : 3_000, 'uniform', 5)
      const result = await work(ground, round)
      await ground.house.signal(others, 'SIGCONT')
      await untilHeard(ground.api)
      await watcher.stop()
      await verifyHouse(ground, channel.accepted, run.say)
      channel.close()
      return result
    }),
  )
}

async function untilPublished({ api }: Ground): Promise<void> {
  while (((await api.send('order', 'GET', '/ops/stats')).body as { journalBacklog: number }).journalBacklog > 0) await new Promise((resolve) => setTimeout(resolve, 50))
}
