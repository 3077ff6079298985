import { OrderSubmitted } from '@waybill/contracts'
import type { JsonObject } from '@waybill/kernel'
import { ids } from '../world/ids.js'
import { tokens } from '../world/provider.js'
import { PRICES, type ProductCode } from '../world/set-up.js'
import type { House } from '../world/house.js'
import { Random } from '../world/random.js'
import type { Actor } from './actor.js'

/** Orders handed in in one run. */
const ORDERS_MAX = 6

/** Hands in orders, over the topic or the call; now and then twice, or another one under the same reference. */
export class Channels implements Actor {
  readonly name = 'channel'
  readonly weight = 3
  /** By reference: what was handed in, as often as it was. G5 and G6 hold it against what exists. */
  readonly sent = new Map<string, JsonObject>()

  async act(house: House, random: Random, mood: 'as-people-do' | 'finishing'): Promise<boolean> {
    if (mood === 'finishing') return false
    const before = [...this.sent.values()]
    if (before.length > 0 && (before.length >= ORDERS_MAX || random.oneIn(4))) {
      const again = before[random.below(before.length)]
      if (again) await this.handIn(house, random, random.oneIn(4) ? { ...again, priority: 9 } : again)
      return true
    }
    const order = anOrder(random)
    this.sent.set(String(order['reference']), order)
    await this.handIn(house, random, order)
    return true
  }

  private async handIn(house: House, random: Random, order: JsonObject): Promise<void> {
    if (random.oneIn(2)) {
      const key = `${String(order['channel'])}:${String(order['reference'])}`
      ids.begin(`submitted ${key} ${random.bits()}`, house.clock.now)
      const time = house.clock.now.toISOString()
      house.bus.append({ topic: OrderSubmitted.topic.name, key, eventId: ids.next(), type: OrderSubmitted.type, subject: key, sequence: null, payload: order, correlationId: null, actor: 'channel', time })
      return
    }
    const cause = house.requests.causeOf('channel', 'order')
    await house.requests.ask(house.order, cause, () => house.order.core.captureOrders.run('call', [{ cause, orders: [order], onlyChannel: undefined }]))
  }
}

function anOrder(random: Random): JsonObject {
  const codes = Object.keys(PRICES) as [ProductCode, ...ProductCode[]]
  const lines = Array.from({ length: 1 + random.below(2) }, () => ({ product: random.pick(codes), units: 1 + random.below(3) }))
  const goods = lines.reduce((sum, { product, units }) => sum + PRICES[product] * units, 0)
  const isMarket = random.oneIn(4)
  return {
    channel: isMarket ? 'market' : 'shop',
    reference: `R-${random.bits().toString(36)}`,
    currency: 'EUR',
    customer: { name: 'Ada', email: 'ada@example.org' },
    deliveryAddress: { street: 'Way 1', postalCode: '10115', city: 'Berlin', country: random.pick(['DE', 'DE', 'FR']) },
    delivery: { preference: random.pick(['standard', 'express', 'economy', 'green']) },
    priority: random.below(8),
    lines: isMarket ? lines.map((line) => ({ ...line, unitPriceMinor: PRICES[line.product], taxMinor: 0 })) : lines,
    ...(isMarket ? { shippingMinor: 0, totalMinor: goods, payment: { capturedMinor: goods } } : { payment: random.oneIn(6) ? {} : { token: random.pick(['good', 'good', 'good', ...tokens]) } }),
  }
}
