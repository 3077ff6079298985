import { asId, businessDate, type FulfillmentId, type LocationId, type OrderId, type ProductId, type ShipmentId } from '@waybill/kernel'
import type { Location } from '../src/goods/location.js'
import type { Product } from '../src/goods/product.js'
import type { Lane, LaneService } from '../src/lanes/lane.js'
import type { EmissionFactor } from '../src/service-choice/emissions.js'
import type { Need } from '../src/service-choice/need.js'
import { expected } from '../src/shipments/news.js'
import type { Journey, Shipment, ShipmentLine } from '../src/shipments/shipment.js'
import type { World } from '../src/shipments/world.js'
import type { SealedPackage } from '../src/use-cases/take-floor-news.js'

export const factors: readonly EmissionFactor[] = [
  ['air-short', 1.735], ['air-long', 0.57], ['van', 0.591], ['truck', 0.126], ['rail', 0.032], ['container-ship', 0.0154], ['ro-ro', 0.051],
].map(([vehicle, kgPerTonneKm]) => ({ vehicle, validFrom: businessDate('2020-01-01'), kgPerTonneKm }) as EmissionFactor)

export const aService = (differs: Partial<LaneService> = {}): LaneService => ({
  carrier: 'meridian',
  service: 'road-standard',
  mode: 'road',
  transitDays: { p50: 2, p90: 3, p95: 4 },
  refusedHandling: [],
  maxWeightGrams: null,
  maxLengthMm: null,
  valueCapMinor: null,
  cutOff: '16:00',
  baseMinor: 390,
  perKgMinor: 45,
  divisor: 5_000,
  stepGrams: 500,
  onTimeRate: 0.95,
  damageRate: 0.005,
  distanceKm: 600,
  ...differs,
})

export const aLane = (differs: Partial<Lane> = {}): Lane => ({ location: asId<LocationId>('BER'), country: 'DE', version: 1, currency: 'EUR', services: [aService()], ...differs })

export const aLocation = (differs: Partial<Location> = {}): Location => ({
  location: asId<LocationId>('BER'),
  version: 1,
  name: 'Berlin',
  zone: 'Europe/Berlin',
  country: 'DE',
  postalCode: '12529',
  city: 'Schönefeld',
  handlingDays: 0,
  calendar: { workdays: [1, 2, 3, 4, 5], opens: '08:00', closes: '18:00', holidays: ['2026-12-25'] },
  ...differs,
})

const aProduct = (differs: Partial<Product> = {}): Product => ({
  product: asId<ProductId>('P-100'),
  version: 1,
  handling: ['standard'],
  weightGrams: 950,
  lengthMm: 70,
  widthMm: 70,
  heightMm: 270,
  lithium: false,
  shipAlone: false,
  ...differs,
})

export const aNeed = (differs: Partial<Need> = {}): Need => ({
  preference: 'standard',
  forbiddenModes: [],
  handling: ['standard'],
  lithium: false,
  parcels: [{ pieces: 1, weightGrams: 1_350, lengthMm: 300, widthMm: 200, heightMm: 150 }],
  valueMinor: 2_900,
  currency: 'EUR',
  promisedTo: null,
  coolantHours: 72,
  ...differs,
})

export const aJourney = (differs: Partial<Journey> = {}): Journey => ({
  country: 'DE',
  region: null,
  postalPrefix: '101',
  preference: 'standard',
  forbiddenModes: [],
  currency: 'EUR',
  promise: { from: businessDate('2026-11-25'), to: businessDate('2026-11-28') },
  ...differs,
})

export const someLines: readonly ShipmentLine[] = [
  { line: 1, unitNumbers: [{ from: 1, to: 2 }], stocked: [{ stockedLine: '1.1', product: asId<ProductId>('P-100'), units: 2, valueMinor: 1_934 }] },
]

export const aSealedPackage = (differs: Partial<SealedPackage> = {}): SealedPackage => ({
  sscc: '095287654321012346',
  carton: 'BOX-S',
  lengthMm: 300,
  widthMm: 200,
  heightMm: 150,
  weightGrams: 1_350,
  contents: [{ line: 1, stockedLine: '1.1', product: asId<ProductId>('P-100'), units: 2 }],
  ...differs,
})

export const now = new Date('2026-11-23T09:00:00Z')

export const anExpected = (): Shipment =>
  expected(
    asId<ShipmentId>('01938b1e-7c00-7000-8000-000000000003'),
    { fulfillment: asId<FulfillmentId>('01938b1e-7c00-7000-8000-000000000002'), order: asId<OrderId>('01938b1e-7c00-7000-8000-000000000001'), location: asId<LocationId>('BER') },
    now,
  )

export const aWorld = (differs: Partial<World> = {}): World => ({
  now,
  products: new Map([[asId<ProductId>('P-100'), aProduct()]]),
  location: aLocation(),
  lane: aLane(),
  factors,
  details: 'known',
  rules: { coolantHours: 72, dataPatienceMs: 900_000, detailsPatienceMs: 3_600_000, firstCheckMs: 5_000 },
  ...differs,
})
