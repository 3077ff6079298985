import { code } from '@waybill/service-kit'
import { ArrayMaxSize, ArrayUnique, IsArray, IsBoolean, IsInt, IsISO8601, IsOptional, IsString, IsUUID, Length, Matches, Max, MaxLength, Min } from 'class-validator'

const UNITS_MAX = 1_000_000
const GRAMS_MAX = 1_000_000
/** Longer than any label; what a scanner sends is cut to size by the picking rules, which answer better. */
const SCAN_MAX = 8_192
const PACKAGES_MAX = 500
const DATE = /^\d{4}-\d{2}-\d{2}$/

/** Where somebody works. */
export class AtLocationRequest {
  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  location!: string
}

export class ScanRequest {
  /** Names this pull of the trigger: the same again is the same scan. */
  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  scanId!: string

  /** What the scanner read on the product: GS1 element string, GTIN or product number. */
  @IsString(code('invalid-scan'))
  @MaxLength(SCAN_MAX, code('invalid-scan'))
  product!: string

  @IsOptional()
  @IsString(code('invalid-scan'))
  @Length(1, 64, code('invalid-scan'))
  lot?: string | null

  @IsInt(code('invalid-quantity'))
  @Min(1, code('invalid-quantity'))
  @Max(UNITS_MAX, code('invalid-quantity'))
  units!: number
}

export class PickScanRequest extends ScanRequest {
  /** What the scanner read on the bin. */
  @IsString(code('invalid-scan'))
  @MaxLength(SCAN_MAX, code('invalid-scan'))
  bin!: string
}

export class ShortRequest {
  @IsString(code('invalid-text'))
  @Length(1, 200, code('invalid-text'))
  reason!: string
}

export class DamageRequest extends ShortRequest {
  @IsInt(code('invalid-quantity'))
  @Min(1, code('invalid-quantity'))
  @Max(UNITS_MAX, code('invalid-quantity'))
  units!: number
}

/** Pieces that were picked and cannot be packed. */
export class PackShortRequest extends DamageRequest {
  /** What the scanner read on one of them, or its product number. */
  @IsString(code('invalid-scan'))
  @MaxLength(SCAN_MAX, code('invalid-scan'))
  product!: string

  @IsOptional()
  @IsString(code('invalid-scan'))
  @Length(1, 64, code('invalid-scan'))
  lot?: string | null

  /** They are there, and may not be sold. Left out: they are not there. */
  @IsOptional()
  @IsBoolean(code('invalid-boolean'))
  damaged?: boolean
}

export class WeighRequest {
  @IsInt(code('invalid-number'))
  @Min(1, code('invalid-number'))
  @Max(GRAMS_MAX, code('invalid-number'))
  grams!: number
}

export class HandOverRequest extends AtLocationRequest {
  @IsOptional()
  @IsArray(code('invalid-array'))
  @ArrayMaxSize(PACKAGES_MAX, code('too-many-items'))
  @ArrayUnique(code('invalid-array'))
  @Matches(/^\d{18}$/, code('invalid-value', { each: true }))
  packages?: string[]

  @IsOptional()
  @IsArray(code('invalid-array'))
  @ArrayMaxSize(PACKAGES_MAX, code('too-many-items'))
  @ArrayUnique(code('invalid-array'))
  @IsUUID(undefined, code('invalid-id', { each: true }))
  fulfillments?: string[]
}

export class MoveRequest extends AtLocationRequest {
  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  product!: string

  @IsOptional()
  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  lot?: string | null

  @IsOptional()
  @Matches(DATE, code('invalid-date'))
  @IsISO8601({ strict: true }, code('invalid-date'))
  expiresOn?: string | null

  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  from!: string

  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  to!: string

  @IsInt(code('invalid-quantity'))
  @Min(1, code('invalid-quantity'))
  @Max(UNITS_MAX, code('invalid-quantity'))
  units!: number
}
