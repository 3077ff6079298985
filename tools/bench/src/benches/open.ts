import { setTimeout as pause } from 'node:timers/promises'
import { OrderConfirmed } from '@waybill/contracts'
import { context, figure, type Figure } from '../frame/figure.js'
import { profileLines, readProfiles } from '../frame/profile.js'
import { percentile } from '../frame/statistics.js'
import { cpuLine, cpuPerUnit, measured, rateOf, type Stretch } from '../frame/stretch.js'
import { channelOf, verifyHouse, withHouse, withServers, type Ground } from '../house/ground.js'
import { isProduct } from '../house/house.js'
import type { Channel } from '../load/channel.js'
import { untilHeard } from '../load/company.js'
import { confirmedOrder } from '../load/confirmed.js'
import { benchOrders } from '../load/orders.js'
import { Watcher } from '../load/watcher.js'
import type { Measured, Run } from '../run.js'

const LADDER = { quick: [0.5, 0.9], full: [0.1, 0.25, 0.5, 0.75, 0.9, 1.1] } as const
const PRODUCTS = { quick: 200, full: 2_000 } as const
const TOO_MANY = 64

/** One rung: a constant rate, whatever the house answers. */
export interface Rung extends Stretch {
  readonly part: number
  readonly rate: number
  /** From the intended start. Unit: ms. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  readonly turnedAway: number
}

/** `open`: latency from the intended start to the confirmation at constant rates, all seven services at work. */
export async function open(run: Run): Promise<Measured> {
  return withServers(run, (servers) =>
    withHouse(run, servers, { processes: true, products: PRODUCTS[run.isQuick ? 'quick' : 'full'] }, async (ground) => {
      const products = PRODUCTS[run.isQuick ? 'quick' : 'full']
      const channel = await channelOf(ground, 256)
      const watcher = await Watcher.start(ground.house.addresses.kafkaBrokers, OrderConfirmed.topic.name, confirmedOrder)
      const capacity = await capacityOf(run, ground, channel, watcher, products)
      const rungs: Rung[] = []
      for (const part of LADDER[run.isQuick ? 'quick' : 'full']) {
        await untilHeard(ground.api, ['order', 'inventory'])
        if (run.isProfiled) await ground.house.profile(true)
        const rung = await atRate({ ground, channel, watcher, products, part, rate: part * capacity, seconds: run.isQuick ? 6 : 30, name: `OP${Math.round(part * 100)}` })
        rungs.push(rung)
        run.say(`${Math.round(part * 100)} %: ${rung.rate.toFixed(0)} orders/s, p50 ${rung.p50.toFixed(0)}, p99 ${rung.p99.toFixed(0)}, max ${rung.max.toFixed(0)} ms; ${rung.turnedAway} turned away; ${cpuPerUnit(rung, isProduct).toFixed(0)} us an order: ${cpuLine(rung)}`)
        if (run.isProfiled) {
          await ground.house.profile(false)
          run.say(profileLines(readProfiles(run.profiles), (name) => cpuPerUnit(rung, (each) => each === name)).join('\n'))
        }
      }
      await untilHeard(ground.api)
      await watcher.stop()
      await verifyHouse(ground, channel.accepted, run.say)
      channel.close()
      return { figures: figuresOf(capacity, rungs), rounds: { capacity, rungs } }
    }),
  )
}

/** Orders a second that the whole house confirms when they come as fast as it takes them. */
async function capacityOf(run: Run, { pids, api }: Ground, channel: Channel, watcher: Watcher, products: number): Promise<number> {
  const rates: number[] = []
  for (const [index, count] of (run.isQuick ? [300, 600] : [2_000, 8_000, 8_000]).entries()) {
    const until = watcher.count + count
    const stretch = await measured(pids, count, async () => {
      await channel.place(benchOrders({ count, products, seed: 900 + index, name: `CAP${index}` }), { kind: 'single' }, TOO_MANY)
      await watcher.until(until)
    })
    run.say(`capacity: ${rateOf(stretch).toFixed(0)} orders/s; ${cpuPerUnit(stretch, isProduct).toFixed(0)} us an order: ${cpuLine(stretch)}`)
    // the first orders only warm it up
    if (index > 0) rates.push(rateOf(stretch))
    await untilHeard(api)
  }
  return Math.max(...rates)
}

interface AtRate {
  readonly ground: Ground
  readonly channel: Channel
  readonly watcher: Watcher
  readonly products: number
  readonly part: number
  readonly rate: number
  readonly seconds: number
  readonly name: string
}

/** Sends orders at a constant rate, each at its time whether or not others were answered, and waits for the last confirmation. */
export async function atRate({ ground, channel, watcher, products, part, rate, seconds, name }: AtRate): Promise<Rung> {
  const orders = benchOrders({ count: Math.max(10, Math.round(rate * seconds)), products, seed: Math.round(part * 1_000), name })
  const intended = new Map<string, number>()
  const heardBefore = watcher.count
  let turnedAway = 0
  const stretch = await measured(ground.pids, orders.length, async () => {
    const started = performance.now()
    const sent: Promise<void>[] = []
    for (const [index, order] of orders.entries()) {
      const at = started + (index / rate) * 1_000
      const ms = at - performance.now()
      if (ms > 1) await pause(ms)
      intended.set(order.reference, at)
      sent.push(
        channel.once(order).then((status) => {
          if (status >= 300) turnedAway += 1
        }),
      )
    }
    await Promise.all(sent)
    await watcher.until(heardBefore + orders.length - turnedAway)
  })
  const waits = orders.flatMap(({ reference }) => {
    const id = channel.accepted.get(reference)
    const heard = id === undefined ? undefined : watcher.at(id)
    return heard === undefined ? [] : [heard - (intended.get(reference) ?? heard)]
  })
  const of = (share: number): number => percentile(waits, share)
  return { ...stretch, part, rate, p50: of(0.5), p90: of(0.9), p99: of(0.99), p999: of(0.999), max: of(1), turnedAway }
}

function figuresOf(capacity: number, rungs: readonly Rung[]): readonly Figure[] {
  const at = (part: number): Rung | undefined => rungs.find((rung) => rung.part === part)
  const [half, nearly, over] = [at(0.5), at(0.9), at(1.1)]
  return [
    ...(half ? [figure('R11', { value: half.p99, detail: `${half.rate.toFixed(0)} of ${capacity.toFixed(0)} orders/s by single POSTs, all seven services; p50 ${half.p50.toFixed(0)}, p99.9 ${half.p999.toFixed(0)} ms` })] : []),
    ...(half && nearly ? [figure('R12', { value: nearly.p99 / half.p99, detail: `${nearly.p99.toFixed(0)} against ${half.p99.toFixed(0)} ms` })] : []),
    ...(over ? [context('R12 over', 'p99 at 110 % of the capacity', 'ms', over.p99, `${over.turnedAway} of ${over.units} turned away`, false)] : []),
  ]
}
