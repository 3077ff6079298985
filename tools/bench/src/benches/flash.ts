import { OrderPlaced, StockReserved } from '@waybill/contracts'
import { context } from '../frame/figure.js'
import { cpuLine, cpuPerUnit, measured, rateOf } from '../frame/stretch.js'
import { channelOf, verifyHouse, withHouse, withServers } from '../house/ground.js'
import { isProduct } from '../house/house.js'
import { withClient } from '../house/servers.js'
import { untilHeard } from '../load/company.js'
import { benchOrders, productOf } from '../load/orders.js'
import { Random } from '@waybill/simulator'
import { Watcher } from '../load/watcher.js'
import type { Measured, Run } from '../run.js'

const PRODUCTS = 200
const FLASH = 'B-FLASH'
const PART = 0.8
const STOCK = 1 / 3

/** `flash`: a sale in which four of five orders want one product of which there is a third of what they ask for. */
export async function flash(run: Run): Promise<Measured> {
  const count = run.isQuick ? 1_000 : 20_000
  return withServers(run, (servers) =>
    withHouse(run, servers, { processes: true, products: PRODUCTS }, async (ground) => {
      const { api } = ground
      const units = Math.floor(count * PART * STOCK)
      const load = async (service: 'order' | 'inventory', path: string, row: object): Promise<void> => {
        const { status, body } = await api.send(service, 'POST', path, { rows: [row] })
        if (status >= 300) throw new Error(`${path}: ${JSON.stringify(body)}`)
      }
      await load('order', '/v1/products/import', { product: FLASH, name: 'Flash sale', handling: ['standard'], weightGrams: 400 })
      await load('order', '/v1/prices/import', { channel: 'web-eu', currency: 'EUR', product: FLASH, priceMinor: 990, from: '2026-01-01' })
      await untilHeard(api)
      await load('inventory', '/v1/stock/import', { product: FLASH, location: 'BER', bin: 'BER-A-01-1', units })
      await untilHeard(api)
      const random = new Random(7)
      const orders = benchOrders({ count, products: PRODUCTS, seed: 7, name: 'FS', linesMax: 1 }).map((order) => ({ ...order, lines: [{ product: random.chance(PART) ? FLASH : (order.lines[0]?.product ?? productOf(0)), units: 1 }] }))
      const channel = await channelOf(ground, 64)
      const answered = await Watcher.start(ground.house.addresses.kafkaBrokers, StockReserved.topic.name, ({ headers, key }) => (/stock-reserved|stock-backordered|reservation-refused/.test(String(headers?.['ce_type'] ?? '')) ? key?.toString() : undefined))
      const stretch = await measured(ground.pids, count, async () => {
        await channel.place(orders, { kind: 'single' }, 64)
        await answered.until(count)
      })
      run.say(`${rateOf(stretch).toFixed(0)} orders/s answered; ${cpuPerUnit(stretch, isProduct).toFixed(0)} us an order: ${cpuLine(stretch)}`)
      await answered.stop()
      await untilHeard(api)
      await verifyHouse(ground, channel.accepted, run.say)
      channel.close()
      const reserved = await withClient(servers.database('waybill_inventory'), async (client) => Number((await client.query<{ units: string }>('SELECT coalesce(sum(units - released), 0) AS units FROM reservation WHERE product = $1', [FLASH])).rows[0]?.units))
      return {
        figures: [
          context('FL1', `Orders a second in a flash sale, ${OrderPlaced.name} to the answer about stock`, '/s', rateOf(stretch), `${PART * 100} % of ${count} orders want one product`),
          context('FL2', 'Units promised beyond what there was', '', Math.max(0, reserved - units), `${reserved} of ${units}`, false),
        ],
        rounds: { stretch, reserved, units },
      }
    }),
  )
}
