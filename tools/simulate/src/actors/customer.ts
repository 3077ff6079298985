import { asId } from '@waybill/kernel'
import type { Random } from '../world/random.js'
import type { House } from '../world/house.js'
import { oneOf, type Actor, type Mood } from './actor.js'

interface OrderRow {
  readonly id: string
  readonly status: string
  readonly process: { readonly money: string; readonly isAuthorizationLost: boolean }
}

/** Pays another way when asked to. */
export class Payers implements Actor {
  readonly name = 'payer'
  readonly weight = 1

  async act(house: House, random: Random, mood: Mood): Promise<boolean> {
    const asked = house.order.database
      .rows<OrderRow>('orders')
      .filter(({ status, process }) => (status === 'PLACED' && process.money === 'declined') || (status === 'CONFIRMED' && process.isAuthorizationLost))
    const order = oneOf(asked, random)
    if (!order) return false
    const cause = house.requests.causeOf('customer', 'pay')
    const token = mood === 'finishing' || !random.oneIn(4) ? 'good' : 'declined'
    await house.requests.ask(house.order, cause, () => house.order.core.payAnotherWay.run(cause, asId(order.id), token))
    return true
  }
}
