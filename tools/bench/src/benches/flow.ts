import { setTimeout as pause } from 'node:timers/promises'
import { OrderConfirmed, type ServiceName } from '@waybill/contracts'
import { contest } from '../frame/contest.js'
import { context, figure, type Figure } from '../frame/figure.js'
import { profileLines, readProfiles, resetStatements, statementLines } from '../frame/profile.js'
import { ratios, spreadOf } from '../frame/statistics.js'
import { cpuLine, cpuPerUnit, measured, rateOf, type Stretch } from '../frame/stretch.js'
import { channelOf, verifyHouse, withHouse, withServers, type Ground } from '../house/ground.js'
import { isProduct } from '../house/house.js'
import { commitsOf, withClient } from '../house/servers.js'
import type { Channel, Handing } from '../load/channel.js'
import { untilHeard } from '../load/company.js'
import { benchOrders, type BenchOrder } from '../load/orders.js'
import { Watcher } from '../load/watcher.js'
import { withTwin } from '../naive-twin/twin.js'
import type { Measured, Run } from '../run.js'
import { confirmedOrder } from '../load/confirmed.js'

const PRODUCTS = { quick: 200, full: 2_000 } as const
const ORDERS = { quick: { ours: 2_000, twin: 150 }, full: { ours: 15_000, twin: 250 } } as const
const BULK: Handing = { kind: 'bulk', size: 50 }
const SINGLE: Handing = { kind: 'single' }
/** Calls in flight: more only wait. */
const WIDTH = { ours: { bulk: 6, single: 64 }, twin: { bulk: 2, single: 8 } } as const
/** The most that such code costs; above it the twin would be a straw man. Source: research/04 section 7.1. Unit: us. */
const TWIN_CPU_MAX_US = 40_000
/** The hops from placed to confirmed are theirs alone; the others stand still meanwhile. */
const bystanders: readonly ServiceName[] = ['warehouse', 'shipping', 'after-sales', 'notification', 'console']
const databases = ['waybill_order', 'waybill_inventory']
/** The server tells of a commit up to a second late. */
const STATISTICS_MS = 1_500

interface Round extends Stretch {
  readonly commits: number
}

/** `flow`: orders a second from placed to confirmed with payment, closed loop, beside the naive twin. */
export async function flow(run: Run): Promise<Measured> {
  return withServers(run, (servers) =>
    withHouse(run, servers, { processes: true, products: PRODUCTS[run.isQuick ? 'quick' : 'full'] }, async (ground) => {
      const sizes = ORDERS[run.isQuick ? 'quick' : 'full']
      const products = PRODUCTS[run.isQuick ? 'quick' : 'full']
      const channel = await channelOf(ground, WIDTH.ours.single)
      const watcher = await Watcher.start(ground.house.addresses.kafkaBrokers, OrderConfirmed.topic.name, confirmedOrder)
      await ground.house.signal(bystanders, 'SIGSTOP')
      let seed = 0
      const orders = (count: number): readonly BenchOrder[] => benchOrders({ count, products, seed: (seed += 1), name: `FL${seed}` })
      const ours = (handing: Handing) => (): Promise<Round> => oursRound(ground, channel, watcher, orders(sizes.ours), handing)
      // the first orders of a process are dear: neither side's count
      await oursRound(ground, channel, watcher, orders(Math.min(2_000, sizes.ours)), BULK)
      const tell = (name: string, number: number, round: Stretch): void => run.say(`  ${name.padEnd(12)} ${number + 1}: ${rateOf(round).toFixed(0)} orders/s; ${cpuPerUnit(round, isProduct).toFixed(0)} us an order: ${cpuLine(round)}`)
      if (run.isProfiled) return await profiled(run, ground, ours, channel)
      const results = await withTwin(run, ground, products, async (twin) => {
        await twin.round(orders(sizes.twin), BULK, WIDTH.twin.bulk)
        const bulk = await contest<Stretch>(
          [
            { name: 'ours', round: ours(BULK) },
            { name: 'naive twin', round: () => twin.round(orders(sizes.twin), BULK, WIDTH.twin.bulk) },
          ],
          run.rounds,
          tell,
        )
        const single = await contest<Stretch>(
          [
            { name: 'ours, single', round: ours(SINGLE) },
            { name: 'twin, single', round: () => twin.round(orders(sizes.twin), SINGLE, WIDTH.twin.single) },
          ],
          run.isQuick ? 1 : 3,
          tell,
        )
        await twin.verify(run.say)
        return { ...bulk, ...single }
      })
      await ground.house.signal(bystanders, 'SIGCONT')
      await watcher.stop()
      await untilHeard(ground.api)
      await verifyHouse(ground, channel.accepted, run.say)
      channel.close()
      return { figures: figuresOf(results as Readonly<Record<string, readonly Round[]>>), rounds: results }
    }),
  )
}

/** Where the time goes, first by bulk calls and then by single ones; the figures of such a run say nothing. */
async function profiled(run: Run, ground: Ground, ours: (handing: Handing) => () => Promise<Round>, channel: Channel): Promise<Measured> {
  for (const handing of [BULK, SINGLE]) {
    await withClient(ground.servers.postgresUrl, resetStatements)
    await ground.house.profile(true)
    const round = await ours(handing)()
    await ground.house.profile(false)
    run.say(`By ${handing.kind} calls: ${rateOf(round).toFixed(0)} orders/s; ${cpuPerUnit(round, isProduct).toFixed(0)} us an order: ${cpuLine(round)}; ${(round.commits / round.units).toFixed(3)} commits an order`)
    run.say(profileLines(readProfiles(run.profiles), (name) => cpuPerUnit(round, (each) => each === name)).join('\n'))
    run.say(['Statements (time with waiting):', ...(await statementLines(ground.servers.postgresUrl, databases, round.units))].join('\n'))
  }
  await ground.house.signal(bystanders, 'SIGCONT')
  await untilHeard(ground.api)
  await verifyHouse(ground, channel.accepted, run.say)
  return { figures: [], rounds: [] }
}

async function oursRound({ servers, pids }: Ground, channel: Channel, watcher: Watcher, orders: readonly BenchOrder[], handing: Handing): Promise<Round> {
  const commitsBefore = await commitsOf(servers.postgresUrl, databases)
  const until = watcher.count + orders.length
  const stretch = await measured(pids, orders.length, async () => {
    await channel.place(orders, handing, WIDTH.ours[handing.kind])
    await watcher.until(until)
  })
  await pause(STATISTICS_MS)
  return { ...stretch, commits: (await commitsOf(servers.postgresUrl, databases)) - commitsBefore }
}

function figuresOf(results: Readonly<Record<string, readonly Round[]>>): readonly Figure[] {
  const named = (name: string): readonly Round[] => results[name] ?? []
  const pairs = [
    ['ours', 'naive twin', 'bulk calls of 50'],
    ['ours, single', 'twin, single', 'single POSTs'],
  ] as const
  return pairs.flatMap(([mine, theirs, how]) => {
    const [ours, twin] = [named(mine), named(theirs)]
    const isHeadline = mine === 'ours'
    const cpuOurs = ours.map((round) => cpuPerUnit(round, isProduct))
    const cpuTwin = twin.map((round) => cpuPerUnit(round, isProduct))
    const rates = spreadOf(ratios(ours.map(rateOf), twin.map(rateOf)))
    const costs = spreadOf(ratios(cpuTwin, cpuOurs))
    const commits = spreadOf(ours.map((round) => round.commits / round.units))
    const [rateOurs, rateTwin, oneOurs, oneTwin] = [ours.map(rateOf), twin.map(rateOf), cpuOurs, cpuTwin].map((values) => spreadOf(values).median) as [number, number, number, number]
    const details = { rate: `${rateOurs.toFixed(0)} against ${rateTwin.toFixed(1)} orders/s, ${how}`, cpu: `${oneTwin.toFixed(0)} against ${oneOurs.toFixed(0)} us, ${how}` }
    const isFair = oneTwin <= TWIN_CPU_MAX_US
    const refused = `Refused: the twin takes ${(oneTwin / 1_000).toFixed(1)} ms an order, more than such code does (40 ms)`
    if (!isHeadline) {
      return [
        ...(isFair ? [context('R1 single', `Orders a second by ${how}: ours over the naive twin`, 'x', rates.median, details.rate), context('R2 single', `CPU of an order by ${how}: the naive twin over ours`, 'x', costs.median, details.cpu)] : []),
        context('R10 single', `Commits an order by ${how}`, '', commits.median, 'all three hops', false),
      ]
    }
    return [
      isFair ? figure('R1', { value: rates.median, min: rates.min, max: rates.max, detail: details.rate }) : figure('R1', { detail: refused }),
      isFair ? figure('R2', { value: costs.median, min: costs.min, max: costs.max, detail: details.cpu }) : figure('R2', { detail: refused }),
      figure('R10', { value: commits.median, min: commits.min, max: commits.max, detail: `${how}; order and inventory, relays and offsets included` }),
    ]
  })
}
