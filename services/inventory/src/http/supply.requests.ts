import { ApiProperty } from '@nestjs/swagger'
import { IsDay, ROWS_MAX } from '@waybill/service-kit'
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, IsOptional } from 'class-validator'
import { IsCode, IsUnits } from './fields.js'

/** Units of one product on their way to one location. */
export class SupplyRequest {
  /** The company's own number: a purchase order's, say. Unique with product and location. */
  @IsCode()
  supply!: string

  @IsCode()
  product!: string

  @IsCode()
  location!: string

  @IsUnits()
  units!: number

  /** The first day on which they can be promised. */
  @IsDay()
  availableOn!: string
}

/** What is left out stays. */
export class MoveSupplyRequest {
  /** 0: they do not come. */
  @IsOptional()
  @IsUnits(0)
  units?: number

  @IsOptional()
  @IsDay()
  availableOn?: string
}

export class ImportSuppliesRequest {
  @ApiProperty({ type: [SupplyRequest] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(ROWS_MAX)
  @IsObject({ each: true })
  rows!: object[]
}
