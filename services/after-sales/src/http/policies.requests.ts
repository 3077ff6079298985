import { Type } from 'class-transformer'
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsInt, IsNumber, IsOptional, IsString, Length, Max, Min, ValidateNested } from 'class-validator'
import { code, IsDay } from '@waybill/service-kit'
import type { PolicyScope } from '../policies/return-policy.js'

const scopes: readonly PolicyScope[] = ['product', 'category', 'brand', 'channel', 'all']

export class FeeRequest {
  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  kind!: string

  /** Minor units of the order's currency. */
  @IsInt(code('invalid-amount'))
  @Min(0, code('invalid-amount'))
  @Max(9_000_000_000_000_000, code('invalid-amount'))
  fixedMinor!: number

  /** Per cent of the refunded net. */
  @IsNumber({}, code('invalid-number'))
  @Min(0, code('invalid-number'))
  @Max(100, code('invalid-number'))
  percent!: number
}

export class PolicyRequest {
  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  policy!: string

  @IsIn(scopes, code('invalid-value'))
  scope!: PolicyScope

  /** The product, category, brand or channel; left out for `all`. */
  @IsOptional()
  @IsString(code('invalid-text'))
  @Length(0, 64, code('invalid-text'))
  scopeValue?: string

  @IsOptional()
  @IsDay()
  validFrom?: string

  @IsOptional()
  @IsDay()
  validTo?: string

  @IsInt(code('invalid-number'))
  @Min(0, code('invalid-number'))
  @Max(3650, code('invalid-number'))
  windowDays!: number

  @IsOptional()
  @IsBoolean(code('invalid-boolean'))
  excluded?: boolean

  @IsOptional()
  @IsBoolean(code('invalid-boolean'))
  autoApprove?: boolean

  @IsOptional()
  @IsBoolean(code('invalid-boolean'))
  refundShipping?: boolean

  @IsOptional()
  @IsArray(code('invalid-array'))
  @ArrayMaxSize(10, code('too-many-items'))
  @ValidateNested({ each: true })
  @Type(() => FeeRequest)
  fees?: FeeRequest[]
}

export class ImportPoliciesRequest {
  @IsArray(code('invalid-array'))
  @ArrayMinSize(1, code('invalid-array'))
  @ArrayMaxSize(500, code('too-many-items'))
  @ValidateNested({ each: true })
  @Type(() => PolicyRequest)
  rows!: PolicyRequest[]
}
