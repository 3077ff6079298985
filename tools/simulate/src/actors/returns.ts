import { asId, unitsIn, withoutUnits, type OrderId, type ReturnId, type UnitRange } from '@waybill/kernel'
import type { House } from '../world/house.js'
import type { Random } from '../world/random.js'
import { oneOf, type Actor, type Mood } from './actor.js'

interface CareRow {
  readonly order_id: OrderId
  readonly placed: { readonly lines: readonly { readonly line: number; readonly units: number }[] } | null
  readonly shipments: readonly { readonly deliveredAt: string | null }[]
}

interface ReturnRow {
  readonly return_id: ReturnId
  readonly status: string
  readonly location: string
  readonly lines: readonly { readonly line: number; readonly unitNumbers: readonly UnitRange[]; readonly received: readonly UnitRange[]; readonly disposed: readonly UnitRange[] }[]
}

/** Returns asked for in one run. */
const RETURNS_MAX = 4

/** Customers send things back, agents decide, the dock receives and inspects. */
export class Returns implements Actor {
  readonly name = 'return'
  readonly weight = 2

  async act(house: House, random: Random, mood: Mood): Promise<boolean> {
    const { afterSales, requests } = house
    const returns = afterSales.database.rows<ReturnRow>('return_case')
    const open = oneOf(returns.filter(({ status }) => ['requested', 'approved', 'received', 'inspected'].includes(status)), random)
    if (open && (mood === 'finishing' || !random.oneIn(4))) return this.goOn(house, random, mood, open)
    if (mood === 'finishing' || returns.length >= RETURNS_MAX) return false
    const care = oneOf(afterSales.database.rows<CareRow>('order_care').filter(({ placed, shipments }) => placed !== null && shipments.some(({ deliveredAt }) => deliveredAt !== null)), random)
    const line = care?.placed && oneOf(care.placed.lines, random)
    if (!care || !line) return false
    const cause = requests.causeOf('customer', 'return')
    const wanted = { line: line.line, units: 1 + random.below(line.units), reason: random.pick(['damaged', 'changed-mind'] as const) }
    await requests.ask(afterSales, cause, () => afterSales.core.requestReturn.run({ cause, order: care.order_id, by: 'customer', lines: [wanted] }))
    return true
  }

  private async goOn({ afterSales, requests }: House, random: Random, mood: Mood, { return_id: id, status, lines }: ReturnRow): Promise<boolean> {
    const cause = requests.causeOf('agent', 'return')
    const some = (units: number): number => (mood === 'finishing' ? units : 1 + random.below(units))
    switch (status) {
      case 'requested':
        await requests.ask(afterSales, cause, () => afterSales.core.workReturn.decide({ cause, id, isApproved: mood === 'finishing' || !random.oneIn(3), why: 'seen' }))
        return true
      case 'received': {
        const waiting = lines.flatMap(({ line, received, disposed }) => {
          const units = unitsIn(withoutUnits(received, disposed))
          return units > 0 ? [{ line, units: some(units), disposition: random.pick(['restock', 'block', 'scrap', 'refurbish', 'vendor'] as const) }] : []
        })
        if (waiting.length === 0) return false
        await requests.ask(afterSales, cause, () => afterSales.core.workReturn.inspect({ cause, id, lines: waiting }))
        return true
      }
      default: {
        const coming = lines.flatMap(({ line, unitNumbers, received }) => {
          const units = unitsIn(withoutUnits(unitNumbers, received))
          return units > 0 ? [{ line, units: some(units) }] : []
        })
        if (coming.length === 0) return false
        await requests.ask(afterSales, cause, () => afterSales.core.workReturn.receive({ cause, id, location: asId('BER'), lines: coming }))
        return true
      }
    }
  }
}
