import { setTimeout as pause } from 'node:timers/promises'
import { FulfillmentHandedOver } from '@waybill/contracts'
import { Api } from '@waybill/local'
import { handOverAll, keepWorking, packOne, pickOneList, Random, Run as Shift, shortWaits } from '@waybill/simulator'
import { context, figure } from '../frame/figure.js'
import { profileLines, readProfiles, resetStatements, statementLines } from '../frame/profile.js'
import { spreadOf } from '../frame/statistics.js'
import { cpuLine, cpuPerUnit, measured, rateOf, type Stretch } from '../frame/stretch.js'
import { channelOf, verifyHouse, withHouse, withServers } from '../house/ground.js'
import { isProduct } from '../house/house.js'
import { withClient } from '../house/servers.js'
import { untilHeard } from '../load/company.js'
import { benchOrders } from '../load/orders.js'
import { Watcher } from '../load/watcher.js'
import type { Measured, Run } from '../run.js'

const PRODUCTS = 200
const SITE = 'BER'
const STAFF = { pickers: 12, packers: 12 } as const
/** Somebody who found nothing to do looks again at once; not sooner, or idle people would be the load. */
const LOOK_AGAIN_MS = 20
const services = ['order', 'inventory', 'warehouse', 'shipping', 'after_sales', 'notification', 'console'].map((name) => `waybill_${name}`)

/** `life`: whole lives of orders, placed, picked, packed, labelled and handed over by simulated staff who never pause. */
export async function life(run: Run): Promise<Measured> {
  const count = run.isQuick ? 60 : 3_000
  return withServers(run, (servers) =>
    withHouse(run, servers, { processes: true, products: PRODUCTS, env: shortWaits }, async (ground) => {
      const { addresses } = ground.house
      const channel = await channelOf(ground, 16)
      const handedOver = await Watcher.start(addresses.kafkaBrokers, FulfillmentHandedOver.topic.name, ({ headers }) => (String(headers?.['ce_type'] ?? '') === FulfillmentHandedOver.type ? String(headers?.['ce_correlationid']) : undefined))
      const shift = new Shift()
      const staff = Promise.all([
        ...Array.from({ length: STAFF.pickers }, (_, place) => {
          const [api, random] = [new Api(addresses, `picker-${place}`), new Random(place)]
          return keepWorking(shift, () => pickOneList(api, SITE, random, shift), LOOK_AGAIN_MS)
        }),
        ...Array.from({ length: STAFF.packers }, (_, place) => {
          const api = new Api(addresses, `packer-${place}`)
          return keepWorking(shift, () => packOne(api, SITE, shift), LOOK_AGAIN_MS)
        }),
        keepWorking(shift, () => handOverAll(new Api(addresses, 'gate'), SITE, shift), LOOK_AGAIN_MS),
      ])
      staff.catch(() => shift.end())
      const rounds: Stretch[] = []
      try {
        for (let round = 0; round <= Math.min(run.rounds, run.isQuick ? 1 : 3); round++) {
          // the first only warms the house up
          const orders = benchOrders({ count: round === 0 ? Math.ceil(count / 4) : count, products: PRODUCTS, seed: round + 1, name: `LI${round}` })
          if (run.isProfiled && round === 1) {
            await withClient(servers.postgresUrl, resetStatements)
            await ground.house.profile(true)
          }
          const until = handedOver.count + orders.length
          const stretch = await measured(ground.pids, orders.length, async () => {
            await channel.place(orders, { kind: 'bulk', size: 20 }, 2)
            await handedOver.until(until)
          })
          run.say(`round ${round}: ${rateOf(stretch).toFixed(1)} orders/s handed over; ${cpuPerUnit(stretch, isProduct).toFixed(0)} us an order: ${cpuLine(stretch)}`)
          if (round > 0) rounds.push(stretch)
          if (run.isProfiled && round === 1) {
            await ground.house.profile(false)
            run.say(profileLines(readProfiles(run.profiles), (name) => cpuPerUnit(stretch, (each) => each === name)).join('\n'))
            run.say(['Statements (time with waiting):', ...(await statementLines(servers.postgresUrl, services, orders.length, 40))].join('\n'))
          }
        }
      } finally {
        shift.end()
        await staff
      }
      if (shift.troubles.size > 0) run.say(`Troubles of people: ${[...shift.troubles].map(([what, times]) => `${what} (${times})`).join('; ')}`)
      await pause(500)
      await untilHeard(ground.api)
      await handedOver.stop()
      await verifyHouse(ground, channel.accepted, run.say)
      channel.close()
      const rates = spreadOf(rounds.map(rateOf))
      const cost = spreadOf(rounds.map((round) => cpuPerUnit(round, isProduct)))
      return {
        figures: [
          figure('R14', { value: rates.median, min: rates.min, max: rates.max, detail: `bulk calls of 20, ${STAFF.pickers} pickers and ${STAFF.packers} packers on the same machine, by the APIs` }),
          context('R14 cpu', 'CPU of a whole life, seven services and servers', 'us', cost.median, 'placed to handed over', false),
        ],
        rounds,
      }
    }),
  )
}
