import { createTopics } from '@waybill/messaging'
import { service as order } from '@waybill/order'
import { developmentToken, migrate } from '@waybill/service-kit'
import type { ServiceName } from '@waybill/contracts'
import { Contestant } from '../contestants/contestant.js'
import { contest } from '../frame/contest.js'
import { context, figure, type Figure } from '../frame/figure.js'
import { ratios, spreadOf } from '../frame/statistics.js'
import { cpuLine, cpuPerUnit, measured, rateOf, type Stretch } from '../frame/stretch.js'
import { channelOf, verifyHouse, withHouse, withServers } from '../house/ground.js'
import { isProduct } from '../house/house.js'
import { freshDatabase } from '../house/servers.js'
import { Channel } from '../load/channel.js'
import { untilHeard } from '../load/company.js'
import { benchOrders } from '../load/orders.js'
import { vendureCheckout } from '../vendure/vendure.js'
import type { Measured, Run } from '../run.js'
import { SqlFloor } from './sql.js'

const bystanders: readonly ServiceName[] = ['inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console']
const PRODUCTS = 200
const BULK = { kind: 'bulk', size: 50 } as const
const SINGLE = { kind: 'single' } as const
const isDatabase = (name: string): boolean => name === 'postgres'

/** `intake`: placing orders, by single POSTs and in bulk, beside the floor in SQL, beside Fastify alone, and beside a checkout of Vendure. */
export async function intake(run: Run): Promise<Measured> {
  const counts = run.isQuick ? { bulk: 1_000, single: 400, floor: 20_000, post: 1_500 } : { bulk: 10_000, single: 4_000, floor: 200_000, post: 15_000 }
  const post = await posts(run, counts.post)
  const placed = await withServers(run, (servers) =>
    withHouse(run, servers, { processes: true, products: PRODUCTS }, async (ground) => {
      const channel = await channelOf(ground, 64)
      const floor = await SqlFloor.open(await freshDatabase(servers, 'intake'), PRODUCTS, 4)
      await ground.house.signal(bystanders, 'SIGSTOP')
      let seed = 0
      const place = (handing: typeof BULK | typeof SINGLE, count: number) => async (): Promise<Stretch> => {
        const orders = benchOrders({ count, products: PRODUCTS, seed: (seed += 1), name: `IN${seed}` })
        return measured(ground.pids, count, () => channel.place(orders, handing, handing.kind === 'bulk' ? 4 : 32))
      }
      const sql = (): Promise<Stretch> =>
        measured(ground.pids, counts.floor, async () => {
          for (let done = 0; done < counts.floor; done += 400) await Promise.all(Array.from({ length: 4 }, () => floor.intake(100)))
        })
      await place(BULK, counts.bulk)()
      const results = await contest<Stretch>(
        [
          { name: 'bulk', round: place(BULK, counts.bulk) },
          { name: 'floor', round: sql },
          { name: 'single', round: place(SINGLE, counts.single) },
        ],
        run.rounds,
        (name, number, round) => run.say(`${name.padEnd(8)} ${number + 1}: ${rateOf(round).toFixed(0)} orders/s; ${cpuLine(round)}`),
      )
      await floor.close()
      await ground.house.signal(bystanders, 'SIGCONT')
      await untilHeard(ground.api)
      await verifyHouse(ground, channel.accepted, run.say)
      channel.close()
      return results
    }),
  )
  const vendure = await vendureCheckout(run)
  const database = (name: string): number[] => (placed[name] ?? []).map((round) => cpuPerUnit(round, isDatabase))
  const singleUs = spreadOf((placed['single'] ?? []).map((round) => cpuPerUnit(round, isProduct))).median
  const share = spreadOf(ratios(database('floor'), database('bulk')).map((value) => value * 100))
  const edge = spreadOf(ratios((post['ours'] ?? []).map((round) => cpuPerUnit(round, (name) => name === 'contestant')), (post['rival'] ?? []).map((round) => cpuPerUnit(round, (name) => name === 'contestant'))))
  const us = (name: string): string => spreadOf((post[name] ?? []).map((round) => cpuPerUnit(round, (each) => each === 'contestant'))).median.toFixed(0)
  const figures: Figure[] = [
    'refused' in vendure ? figure('R3', { detail: vendure.refused }) : figure('R3', { value: vendure.checkoutUs / singleUs, detail: `${(vendure.checkoutUs / 1_000).toFixed(0)} ms against ${(singleUs / 1_000).toFixed(2)} ms; Vendure ${vendure.version}, its scope (a cart built step by step) is wider; its last two steps alone ${(vendure.paymentUs / 1_000).toFixed(0)} ms` }),
    figure('R4', { value: share.median, min: share.min, max: share.max, detail: `bulk calls of 50: ${spreadOf(database('bulk')).median.toFixed(0)} us of the database against ${spreadOf(database('floor')).median.toFixed(0)} us, 100 orders a statement` }),
    context('R4 single', 'Database CPU of intake by single POSTs: the floor in SQL over ours', '%', spreadOf(ratios(database('floor'), database('single')).map((value) => value * 100)).median, `${spreadOf(database('single')).median.toFixed(0)} us`),
    figure('R9', { value: edge.median, min: edge.min, max: edge.max, detail: `${us('ours')} against ${us('rival')} us; ours also checks who asks and the idempotency key` }),
  ]
  return { figures, rounds: { placed, post, vendure } }
}

/** The edge alone: our POST whose use-case does nothing, beside Fastify with the same schema. */
async function posts(run: Run, count: number): Promise<Readonly<Record<string, readonly Stretch[]>>> {
  return withServers(run, async (servers) => {
    await createTopics({ kafka: { brokers: servers.kafkaBrokers.split(',') } })
    const databaseUrl = await freshDatabase(servers, 'post')
    await migrate(order, databaseUrl)
    const token = await developmentToken('a key that only a bench uses, long enough', { subject: 'bench', role: 'admin', name: 'Bench' })
    const started = await Promise.all(
      (['ours', 'rival'] as const).map(async (what) => {
        const contestant = Contestant.start('post', what)
        const { url = '' } = await contestant.ask({ kafkaBrokers: servers.kafkaBrokers, databaseUrl })
        return { what, contestant, channel: new Channel(url, { authorization: `Bearer ${token}` }, 16) }
      }),
    )
    try {
      const orders = benchOrders({ count, products: PRODUCTS, seed: 1, name: 'PO' })
      for (const { channel } of started) await channel.place(orders, SINGLE, 16)
      return await contest<Stretch>(
        started.map(({ what, contestant, channel }) => ({ name: what, round: () => measured(() => new Map([[contestant.pid, 'contestant']]), count, () => channel.place(orders, SINGLE, 16)) })),
        run.rounds,
        (name, number, round) => run.say(`POST, ${name.padEnd(6)} ${number + 1}: ${rateOf(round).toFixed(0)}/s; ${cpuLine(round)}`),
      )
    } finally {
      for (const { contestant, channel } of started) {
        channel.close()
        await contestant.end()
      }
    }
  })
}
