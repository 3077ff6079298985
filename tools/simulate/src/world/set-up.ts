import { asId, type LocationId } from '@waybill/kernel'
import type { House } from './house.js'

export const LOCATIONS = ['BER', 'MUC'] as const
export const PRICES = { A: 1_000, B: 333, L: 250, SET: 1_500 } as const
export type ProductCode = keyof typeof PRICES
/** What lies on shelves; a SET is one A and two B. */
export const STOCKED = ['A', 'B', 'L'] as const
export const BINS = ['A-01', 'A-02', 'B-01'] as const

/** Channels, products, prices, locations, lanes, bins and material: through the services' own doors, where they have one here. */
export async function setUp(house: House): Promise<void> {
  const cause = (name: string) => house.requests.causeOf('operator', name)
  const size = { weightGrams: 500, lengthMm: 100, widthMm: 80, heightMm: 60 }
  await house.order.core.declareChannels.run(cause('channels'), [
    { code: 'shop', currencies: ['EUR'], pricing: 'ours', shipping: { kind: 'flat', charges: [{ currency: 'EUR', chargeMinor: 490 }] } },
    { code: 'market', currencies: ['EUR'], pricing: 'channel' },
  ])
  await house.order.core.declareProducts.run(cause('products'), [
    { product: 'A', name: 'Kettle', handling: ['standard'], ...size },
    { product: 'B', name: 'Cup', handling: ['fragile'], ...size, weightGrams: 300 },
    { product: 'L', name: 'Coffee', handling: ['standard'], lotTracked: true, food: true, minimumRemainingDays: 2, ...size },
    { product: 'SET', name: 'Kettle and cups', stocked: false, components: [{ product: 'A', quantity: 1 }, { product: 'B', quantity: 2 }], ...size },
  ])
  for (const [product, minor] of Object.entries(PRICES)) {
    house.order.database.table('prices').insert({ channel: 'shop', currency: 'EUR', product, effective_from: new Date(0), declared_at: new Date(0), price_minor: minor })
  }
  await house.inventory.core.saveLocations.run(
    LOCATIONS.map((location) => ({
      location: asId<LocationId>(location),
      name: location,
      zone: 'UTC',
      country: 'DE',
      postalCode: '10115',
      city: location,
      street: null,
      ships: true,
      handling: ['standard', 'fragile'] as const,
      handlingDays: 1,
      calendar: { workdays: [1, 2, 3, 4, 5], opens: '08:00', closes: '18:00', holidays: [] },
    })),
    cause('locations'),
  )
  const service = {
    mode: 'road' as const,
    refusedHandling: [],
    maxWeightGrams: 30_000,
    maxLengthMm: 1_500,
    valueCapMinor: null,
    cutOff: '16:00',
    baseMinor: 400,
    perKgMinor: 50,
    divisor: 5_000,
    stepGrams: 500,
    onTimeRate: 0.95,
    damageRate: 0.01,
    distanceKm: 500,
  }
  const road = { ...service, carrier: 'swift', service: 'parcel', transitDays: { p50: 2, p90: 3, p95: 4 } }
  const air = { ...service, carrier: 'hawk', service: 'air', mode: 'air' as const, baseMinor: 1_500, transitDays: { p50: 1, p90: 1, p95: 2 }, valueCapMinor: 400_000 }
  await house.shipping.core.keepLanes.replace({ cause: cause('lane'), location: 'BER', country: '*', currency: 'EUR', services: [road, air] })
  await house.shipping.core.keepLanes.replace({ cause: cause('lane'), location: 'MUC', country: 'DE', currency: 'EUR', services: [road] })
  const bins = LOCATIONS.flatMap((location) => BINS.map((code, place) => ({ location: asId<LocationId>(location), code, kind: 'pick' as const, aisle: code.slice(0, 1), bay: place, level: 1, walkPosition: 10 * place })))
  await house.warehouse.core.setUpFloor.bins(cause('bins'), bins)
  for (const location of LOCATIONS) {
    for (const { material } of house.warehouse.database.rows<{ material: string }>('materials')) {
      house.warehouse.database.table('material_stock').insert({ location, material, units: 500 })
    }
  }
}
