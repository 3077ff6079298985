/** How a parcel travels. */
export type Mode = 'road' | 'air' | 'water' | 'rail'

/** One thing a carrier sells. */
export interface CarrierService {
  readonly code: string
  readonly mode: Mode
  /** From hand-over to delivery, on average. Unit: hours. */
  readonly transitHours: number
  /** Unit: minor units of EUR. */
  readonly baseMinor: number
  readonly perKgMinor: number
  /** Divisor of D9: cubic centimetres that count as a kilogram. */
  readonly volumeDivisor: number
  readonly weightGramsMax: number
}

/** A carrier of the sandbox. */
export interface Carrier {
  readonly code: string
  readonly name: string
  readonly services: readonly CarrierService[]
}

/** Carriers that do not exist. Their services are what a demo's lanes may name. */
export const carriers: readonly Carrier[] = [
  {
    code: 'meridian',
    name: 'Meridian Road',
    services: [
      { code: 'road-standard', mode: 'road', transitHours: 48, baseMinor: 390, perKgMinor: 45, volumeDivisor: 5_000, weightGramsMax: 31_500 },
      { code: 'road-express', mode: 'road', transitHours: 24, baseMinor: 890, perKgMinor: 80, volumeDivisor: 5_000, weightGramsMax: 31_500 },
    ],
  },
  {
    code: 'coldwheel',
    name: 'Coldwheel',
    services: [
      { code: 'road-chilled', mode: 'road', transitHours: 24, baseMinor: 1_190, perKgMinor: 120, volumeDivisor: 4_000, weightGramsMax: 25_000 },
    ],
  },
  {
    code: 'skylark',
    name: 'Skylark Air',
    services: [
      { code: 'air-priority', mode: 'air', transitHours: 24, baseMinor: 1_490, perKgMinor: 420, volumeDivisor: 6_000, weightGramsMax: 70_000 },
      { code: 'air-economy', mode: 'air', transitHours: 72, baseMinor: 990, perKgMinor: 260, volumeDivisor: 6_000, weightGramsMax: 70_000 },
    ],
  },
  {
    code: 'tidewater',
    name: 'Tidewater Lines',
    services: [
      { code: 'water-groupage', mode: 'water', transitHours: 240, baseMinor: 590, perKgMinor: 18, volumeDivisor: 1_000, weightGramsMax: 1_000_000 },
    ],
  },
  {
    code: 'ironway',
    name: 'Ironway',
    services: [
      { code: 'rail-groupage', mode: 'rail', transitHours: 120, baseMinor: 690, perKgMinor: 24, volumeDivisor: 3_000, weightGramsMax: 1_000_000 },
    ],
  },
]

/** What a carrier sells that the sandbox does not know: a company's own lanes name its own carriers. */
const anyService: CarrierService = { code: '*', mode: 'road', transitHours: 48, baseMinor: 500, perKgMinor: 50, volumeDivisor: 5_000, weightGramsMax: 1_000_000 }

/** What is sold under these codes; a carrier that the sandbox does not know sells everything. Nothing: the carrier is known and has no such service. */
export function serviceOf(carrier: string, service: string): CarrierService | undefined {
  const known = carriers.find((one) => one.code === carrier)
  return known === undefined ? anyService : known.services.find((one) => one.code === service)
}

/** One package as a carrier sees it. */
export interface Parcel {
  readonly sscc: string
  readonly weightGrams: number
  readonly lengthMm: number
  readonly widthMm: number
  readonly heightMm: number
}

/** What a service takes for these packages. Unit: minor units of EUR. Whole kilograms of the greater of weight and volume. */
export function priceMinor(service: CarrierService, parcels: readonly Pick<Parcel, 'weightGrams' | 'lengthMm' | 'widthMm' | 'heightMm'>[]): number {
  return parcels.reduce((sum, parcel) => {
    const cubicCm = (parcel.lengthMm * parcel.widthMm * parcel.heightMm) / 1_000
    const chargeableKg = Math.ceil(Math.max(parcel.weightGrams / 1_000, cubicCm / service.volumeDivisor))
    return sum + service.baseMinor + chargeableKg * service.perKgMinor
  }, 0)
}
