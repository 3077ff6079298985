import { asId, type BusinessDate, type LocationId, type ProductId, type RequestCause } from '@waybill/kernel'
import { LOCATIONS, BINS, STOCKED } from '../world/set-up.js'
import { ids } from '../world/ids.js'
import type { House } from '../world/house.js'
import type { Random } from '../world/random.js'
import { oneOf, type Actor, type Mood } from './actor.js'

const DAY_MS = 86_400_000
const dayAfter = (house: House, days: number): BusinessDate => new Date(house.clock.now.getTime() + days * DAY_MS).toISOString().slice(0, 10) as BusinessDate

/** One lot that will be too old for somebody before long, and one that will not. */
const expiryOf = (lot: string): BusinessDate => (lot === 'L1' ? '2026-12-05' : '2027-02-01') as BusinessDate

type Line = Parameters<House['inventory']['core']['receiveStock']['run']>[0]['lines'][number]

interface Known {
  readonly product: ProductId
}

/** Announces and takes in supply, corrects counts, takes units from sale and gives them back. */
export class Receivers implements Actor {
  readonly name = 'receiver'
  readonly weight = 3
  /** By key: how many units were said to have come in. */
  readonly received = new Map<string, number>()

  async act(house: House, random: Random, mood: Mood): Promise<boolean> {
    if (mood === 'finishing') return this.bringMissing(house)
    const { inventory, requests } = house
    const known = oneOf(inventory.database.rows<Known>('product').filter(({ product }) => STOCKED.includes(product as 'A')), random)
    if (!known) return false
    const { product } = known
    const location = asId<LocationId>(random.pick(LOCATIONS))
    const isLotted = product === 'L'
    const lot = isLotted ? random.pick(['L1', 'L2']) : null
    const units = 1 + random.below(4)
    const line = { product, lot, expiresOn: lot === null ? null : expiryOf(lot), units, bin: random.oneIn(2) ? random.pick(BINS) : null }
    const cause = requests.causeOf('receiver', 'stock')
    const blocking = { product, location, lot: undefined, bin: null, units: 1 + random.below(2), reason: 'checked', filedByWarehouse: false }
    const correction = random.pick([-2, -1, 1])
    const [code, inDays] = [`PO-${random.below(3)}`, 1 + random.below(9)]
    switch (random.below(8)) {
      case 0:
        ids.begin(`supply ${cause.key}`, house.clock.now)
        await this.announce(house, { id: ids.next(), code, product, location, units: units + 2, availableOn: dayAfter(house, inDays) })
        break
      case 1:
        await requests.ask(inventory, cause, () => inventory.core.correctStock.adjust({ ...blocking, lot: isLotted ? lot : null, expiresOn: null, units: correction, reason: 'counted' }, cause))
        break
      case 2:
        await requests.ask(inventory, cause, () => inventory.core.correctStock.block(blocking, cause))
        break
      case 3:
        await requests.ask(inventory, cause, () => inventory.core.correctStock.unblock(blocking, cause))
        break
      default:
        await this.receive(house, cause, location, [line])
    }
    return true
  }

  private async announce(house: House, announced: Parameters<House['inventory']['core']['expectSupply']['announce']>[0][number]): Promise<void> {
    const { inventory, requests } = house
    const cause = requests.causeOf('receiver', 'supply')
    await requests.ask(inventory, cause, () => inventory.core.expectSupply.announce([announced], false, cause))
  }

  /** Whatever somebody waits for comes in. */
  private async bringMissing(house: House): Promise<boolean> {
    const { inventory, requests } = house
    const missing = new Map<ProductId, number>()
    for (const { product, backordered } of inventory.database.rows<{ product: ProductId; backordered: number }>('need_line')) {
      if (backordered > 0) missing.set(product, (missing.get(product) ?? 0) + backordered)
    }
    if (missing.size === 0) return false
    const cause = requests.causeOf('receiver', 'missing')
    const lines = [...missing].map(([product, units]) => {
      const isLotted = product === asId<ProductId>('L')
      return { product, lot: isLotted ? 'L9' : null, expiresOn: isLotted ? ('2028-01-01' as BusinessDate) : null, units, bin: null }
    })
    await this.receive(house, cause, asId<LocationId>('BER'), lines)
    return true
  }

  private async receive({ inventory, requests }: House, cause: RequestCause, location: LocationId, lines: readonly Line[]): Promise<void> {
    this.received.set(
      cause.key,
      lines.reduce((sum, { units }) => sum + units, 0),
    )
    await requests.ask(inventory, cause, () => inventory.core.receiveStock.run({ location, supply: undefined, lines }, cause))
  }
}
