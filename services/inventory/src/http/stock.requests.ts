import { ApiProperty } from '@nestjs/swagger'
import { IsDay, ROWS_MAX } from '@waybill/service-kit'
import { Type } from 'class-transformer'
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsNotIn, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator'
import { IsCode, IsOptionalCode, IsUnits, IsWords } from './fields.js'

/** Units of one product that came in. */
export class ReceiptLineRequest {
  @IsCode()
  product!: string

  /** Needed where the product comes in lots. */
  @IsOptionalCode()
  lot?: string

  @IsOptional()
  @IsDay()
  expiresOn?: string

  @IsUnits()
  units!: number

  /** Left out: they lie in RECEIVING. */
  @IsOptionalCode()
  bin?: string
}

export class ReceiptRequest {
  @IsCode()
  location!: string

  /** Code of the announced supply that these units belong to. */
  @IsOptionalCode()
  supply?: string

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  @Type(() => ReceiptLineRequest)
  lines!: ReceiptLineRequest[]
}

export class AdjustmentRequest {
  @IsCode()
  product!: string

  @IsCode()
  location!: string

  /** Left out: whichever lots there are, first expired first. */
  @IsOptionalCode()
  lot?: string

  @IsOptional()
  @IsDay()
  expiresOn?: string

  @IsOptionalCode()
  bin?: string

  /** More (positive) or fewer (negative) than the books say. */
  @IsInt()
  @Min(-1_000_000)
  @Max(1_000_000)
  @IsNotIn([0])
  units!: number

  /** `scrapped` throws units away, blocked ones first. */
  @IsWords(100)
  reason!: string
}

export class BlockRequest {
  @IsCode()
  product!: string

  @IsCode()
  location!: string

  /** Left out: whichever lots there are, first expired first. */
  @IsOptionalCode()
  lot?: string

  @IsOptionalCode()
  bin?: string

  @IsUnits()
  units!: number

  @IsWords(100)
  reason!: string
}

/** One row of a file of first counts: what lies in one place. */
export class CountRowRequest {
  @IsCode()
  product!: string

  @IsCode()
  location!: string

  @IsOptionalCode()
  lot?: string

  @IsOptional()
  @IsDay()
  expiresOn?: string

  @IsOptionalCode()
  bin?: string

  @IsUnits(0)
  units!: number
}

export class ImportCountsRequest {
  @ApiProperty({ type: [CountRowRequest] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(ROWS_MAX)
  @IsObject({ each: true })
  rows!: object[]
}
