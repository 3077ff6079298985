import { Type } from 'class-transformer'
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsInt, IsObject, IsOptional, IsString, Length, Matches, Max, Min, ValidateBy, ValidateNested } from 'class-validator'
import { handlings, type Handling } from '../goods/product.js'
import { modes, type LaneService, type Mode } from '../lanes/lane.js'
import { SERVICES_MAX } from '../lanes/keep-lane.js'

const CODE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/
const MINOR_MAX = 100_000_000
const RATE_DECIMALS = 6

/** A number of at most six decimals. class-validator's own check fails at what JavaScript writes as 1e-7. */
const IsRate = (): PropertyDecorator =>
  ValidateBy({
    name: 'isNumber',
    constraints: [{ maxDecimalPlaces: RATE_DECIMALS }],
    validator: {
      validate: (value) => typeof value === 'number' && Number(value.toFixed(RATE_DECIMALS)) === value,
      defaultMessage: () => `$property must be a number of at most ${RATE_DECIMALS} decimals`,
    },
  })

/** One service of one carrier on a lane. */
export class LaneServiceRequest {
  @Matches(CODE)
  carrier!: string

  @Matches(CODE)
  service!: string

  @IsIn(modes)
  mode!: Mode

  /** Days on the way: half of all shipments are there by then. */
  @IsInt()
  @Min(0)
  @Max(365)
  transitP50Days!: number

  @IsInt()
  @Min(0)
  @Max(365)
  transitP90Days!: number

  @IsInt()
  @Min(0)
  @Max(365)
  transitP95Days!: number

  /** Handling classes that it does not take. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(7)
  @ArrayUnique()
  @IsIn(handlings, { each: true })
  refusedHandling?: Handling[]

  /** The heaviest package, in grams; left out: no limit. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100_000_000)
  maxWeightGrams?: number | null

  /** The longest side of a package, in mm; left out: no limit. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100_000)
  maxLengthMm?: number | null

  /** The most that the goods may be worth, in minor units of the lane's currency; left out: no limit. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(9_000_000_000_000_000)
  valueCapMinor?: number | null

  /** Wall clock of the location, HH:mm. */
  @Matches(/^([01]\d|2[0-3]):[0-5]\d$/)
  cutOff!: string

  /** Price of a package, in minor units of the lane's currency. */
  @IsInt()
  @Min(0)
  @Max(MINOR_MAX)
  baseMinor!: number

  /** Price of a kilogram of chargeable weight, in minor units. */
  @IsInt()
  @Min(0)
  @Max(MINOR_MAX)
  perKgMinor!: number

  /** Cubic centimetres that count as a kilogram (default 5000). */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  divisor?: number

  /** Chargeable weight is rounded up to it, in grams (default 500). */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  stepGrams?: number

  /** Part of shipments that came in time, 0 to 1 (default 0.95). */
  @IsOptional()
  @IsRate()
  @Min(0)
  @Max(1)
  onTimeRate?: number

  /** Part of shipments that came damaged, 0 to 1 (default 0.005). */
  @IsOptional()
  @IsRate()
  @Min(0)
  @Max(1)
  damageRate?: number

  @IsInt()
  @Min(0)
  @Max(50_000)
  distanceKm!: number
}

/** One row of a file of lanes: a service, and the lane it belongs to. */
export class LaneRowRequest extends LaneServiceRequest {
  @IsString()
  @Length(1, 64)
  location!: string

  /** ISO 3166-1 alpha-2, or `*` for every country without a lane of its own. */
  @Matches(/^([A-Z]{2}|\*)$/)
  country!: string

  @Matches(/^[A-Z]{3}$/)
  currency!: string
}

/** All services of a lane. */
export class ReplaceLaneRequest {
  @Matches(/^[A-Z]{3}$/)
  currency!: string

  @IsArray()
  @ArrayMaxSize(SERVICES_MAX)
  @ValidateNested({ each: true })
  @Type(() => LaneServiceRequest)
  services!: LaneServiceRequest[]
}

/** Up to 500 rows (LaneRowRequest), each with an outcome of its own. */
export class ImportLanesRequest {
  @IsArray()
  @ArrayMaxSize(500)
  @IsObject({ each: true })
  rows!: object[]
}

export const toLaneService = (request: LaneServiceRequest): LaneService => ({
  carrier: request.carrier,
  service: request.service,
  mode: request.mode,
  transitDays: { p50: request.transitP50Days, p90: request.transitP90Days, p95: request.transitP95Days },
  refusedHandling: request.refusedHandling ?? [],
  maxWeightGrams: request.maxWeightGrams ?? null,
  maxLengthMm: request.maxLengthMm ?? null,
  valueCapMinor: request.valueCapMinor ?? null,
  cutOff: request.cutOff,
  baseMinor: request.baseMinor,
  perKgMinor: request.perKgMinor,
  divisor: request.divisor ?? 5_000,
  stepGrams: request.stepGrams ?? 500,
  onTimeRate: request.onTimeRate ?? 0.95,
  damageRate: request.damageRate ?? 0.005,
  distanceKm: request.distanceKm,
})
