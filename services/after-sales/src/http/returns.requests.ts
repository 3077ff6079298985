import { Type } from 'class-transformer'
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUUID, Length, Max, Min, ValidateNested } from 'class-validator'
import { code } from '@waybill/service-kit'
import { dispositions, returnReasons, type Disposition, type ReturnReason } from '../returns/return.js'

const LINES_MAX = 500
const UNITS_MAX = 1_000_000

export class WantedReturnLine {
  /** Number of the ordered line, from 1. */
  @IsInt(code('invalid-number'))
  @Min(1, code('invalid-number'))
  @Max(LINES_MAX, code('invalid-number'))
  line!: number

  @IsInt(code('invalid-quantity'))
  @Min(1, code('invalid-quantity'))
  @Max(UNITS_MAX, code('invalid-quantity'))
  units!: number

  @IsIn(returnReasons, code('invalid-value'))
  reason!: ReturnReason
}

/** A customer asks, by the link in his mail. */
export class CustomerReturnRequest {
  @IsArray(code('lines-required'))
  @ArrayMinSize(1, code('lines-required'))
  @ArrayMaxSize(LINES_MAX, code('too-many-lines'))
  @ValidateNested({ each: true })
  @Type(() => WantedReturnLine)
  lines!: WantedReturnLine[]
}

/** An agent asks for a customer. */
export class AgentReturnRequest extends CustomerReturnRequest {
  @IsUUID(undefined, code('invalid-id'))
  order!: string
}

export class DecideReturnRequest {
  @IsBoolean(code('invalid-boolean'))
  approve!: boolean

  /** Told to the customer where it is a no. */
  @IsString(code('invalid-text'))
  @Length(1, 500, code('invalid-text'))
  why!: string
}

export class ReceivedLine {
  @IsInt(code('invalid-number'))
  @Min(1, code('invalid-number'))
  @Max(LINES_MAX, code('invalid-number'))
  line!: number

  @IsInt(code('invalid-quantity'))
  @Min(1, code('invalid-quantity'))
  @Max(UNITS_MAX, code('invalid-quantity'))
  units!: number
}

export class ReceiveReturnRequest {
  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  location!: string

  @IsArray(code('lines-required'))
  @ArrayMinSize(1, code('lines-required'))
  @ArrayMaxSize(LINES_MAX, code('too-many-lines'))
  @ValidateNested({ each: true })
  @Type(() => ReceivedLine)
  lines!: ReceivedLine[]
}

export class InspectedLine extends ReceivedLine {
  @IsIn(dispositions, code('invalid-value'))
  disposition!: Disposition

  /** What inspection saw. */
  @IsOptional()
  @IsString(code('invalid-text'))
  @Length(0, 500, code('too-long'))
  condition?: string
}

export class InspectReturnRequest {
  @IsArray(code('lines-required'))
  @ArrayMinSize(1, code('lines-required'))
  @ArrayMaxSize(LINES_MAX, code('too-many-lines'))
  @ValidateNested({ each: true })
  @Type(() => InspectedLine)
  lines!: InspectedLine[]
}
