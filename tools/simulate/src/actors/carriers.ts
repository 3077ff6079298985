import type { ScanStatus } from '@waybill/shipping/core'
import type { House } from '../world/house.js'
import type { Random } from '../world/random.js'
import { oneOf, type Actor, type Mood } from './actor.js'

const usual: readonly ScanStatus[] = ['accepted', 'in-transit', 'out-for-delivery', 'delivered']

/** Tell of parcels on their way: in order or not, twice, and with trouble. */
export class Carriers implements Actor {
  readonly name = 'carrier'
  readonly weight = 3

  async act(house: House, random: Random, mood: Mood): Promise<boolean> {
    const parcels = [...house.carrier.parcels.values()]
    const onTheWay = parcels.filter(({ isHandedOver, hasEnded }) => isHandedOver && !hasEnded)
    const parcel = oneOf(onTheWay, random)
    if (!parcel) {
      const old = mood === 'finishing' ? undefined : oneOf(parcels.filter(({ scans }) => scans > 0), random)
      if (old) await this.tell(house, old.carrier, old.trackingNumber, random.pick(['accepted', 'in-transit', 'delivered']))
      return old !== undefined
    }
    const status = mood === 'finishing' ? 'delivered' : nextScan(parcel.scans, random)
    parcel.scans++
    if (status === 'delivered' || status === 'lost' || status === 'damaged' || status === 'returned') parcel.hasEnded = true
    await this.tell(house, parcel.carrier, parcel.trackingNumber, status)
    return true
  }

  private async tell({ shipping, requests, clock }: House, carrier: string, trackingNumber: string, status: ScanStatus): Promise<void> {
    const cause = requests.causeOf('carrier', `scan-${trackingNumber}`)
    const scan = { trackingNumber, status, reason: null, place: null, at: clock.now }
    await requests.ask(shipping, cause, () => shipping.core.takeScan.run({ cause, connection: 'carrier', webhookId: cause.key, type: 'tracking', carrier, scan }))
  }
}

function nextScan(scans: number, random: Random): ScanStatus {
  switch (random.below(14)) {
    case 0:
      return 'exception'
    case 1:
      return 'delivery-failed'
    case 2:
      return random.pick(['lost', 'damaged', 'returned'])
    case 3:
      return random.pick(['accepted', 'in-transit'])
    default:
      return usual[Math.min(scans, usual.length - 1)] ?? 'delivered'
  }
}
