import { context } from '../frame/figure.js'
import { median } from '../frame/statistics.js'
import { channelOf, verifyHouse, withHouse, withServers } from '../house/ground.js'
import { OrderConfirmed } from '@waybill/contracts'
import { confirmedOrder } from '../load/confirmed.js'
import { benchOrders } from '../load/orders.js'
import { Watcher } from '../load/watcher.js'
import type { Measured, Run } from '../run.js'

/** `start`: from nothing to a house that answers, and its first order confirmed. */
export async function start(run: Run): Promise<Measured> {
  const rounds: { readonly readyMs: number; readonly firstOrderMs: number }[] = []
  for (let round = 0; round < Math.min(run.rounds, 3); round++) {
    await withServers(run, async (servers) => {
      const started = performance.now()
      await withHouse(run, servers, { processes: false, products: 0 }, async () => {
        rounds.push({ readyMs: performance.now() - started, firstOrderMs: Number.NaN })
      })
    })
    run.say(`ready in ${rounds.at(-1)?.readyMs.toFixed(0)} ms`)
  }
  const firstOrderMs = await withServers(run, (servers) =>
    withHouse(run, servers, { processes: false, products: 20 }, async (ground) => {
      const channel = await channelOf(ground, 1)
      const watcher = await Watcher.start(ground.house.addresses.kafkaBrokers, OrderConfirmed.topic.name, confirmedOrder)
      const asked = performance.now()
      await channel.place(benchOrders({ count: 1, products: 20, seed: 1, name: 'FIRST' }), { kind: 'single' }, 1)
      await watcher.until(1)
      const took = performance.now() - asked
      await watcher.stop()
      await verifyHouse(ground, channel.accepted, run.say)
      channel.close()
      return took
    }),
  )
  return {
    figures: [
      context('S1', 'From nothing to seven services that answer, databases made, in one process', 'ms', median(rounds.map(({ readyMs }) => readyMs)), 'PostgreSQL and the broker are up before', false),
      context('S2', 'The first order of a fresh house, submitted to confirmed', 'ms', firstOrderMs, 'everything is cold', false),
    ],
    rounds: { rounds, firstOrderMs },
  }
}
