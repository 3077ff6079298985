import { code } from '@waybill/service-kit'
import { IsDefined, IsIn, IsInt, IsObject, IsOptional, IsString, Length, Matches, Max, Min, ValidateIf } from 'class-validator'
import { handlingClasses, type Handling } from '../catalogue/product.js'
import { materialKinds, type MaterialKind } from '../packing/material.js'
import { IsRule } from './rule-shape.js'

const PRINTABLE = /^[^\p{Cc}]+$/u
const UNITS_MAX = 1_000_000
const MM_MAX = 20_000
const GRAMS_MAX = 1_000_000

/** One bin. Columns of the import `bins`. */
export class BinRow {
  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  @Matches(PRINTABLE, code('invalid-character'))
  location!: string

  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  @Matches(PRINTABLE, code('invalid-character'))
  code!: string

  /** Left out: pick. */
  @IsOptional()
  @IsIn(['pick', 'receiving', 'blocked'], code('invalid-value'))
  kind?: 'pick' | 'receiving' | 'blocked'

  @IsOptional()
  @IsString(code('invalid-text'))
  @Length(0, 16, code('invalid-text'))
  aisle?: string

  @IsOptional()
  @IsInt(code('invalid-number'))
  @Min(0, code('invalid-number'))
  @Max(9_999, code('invalid-number'))
  bay?: number

  @IsOptional()
  @IsInt(code('invalid-number'))
  @Min(0, code('invalid-number'))
  @Max(99, code('invalid-number'))
  level?: number

  /** Distance along the walk; left out: aisle by aisle, bay by bay. */
  @IsOptional()
  @IsInt(code('invalid-number'))
  @Min(0, code('invalid-number'))
  @Max(999_999, code('invalid-number'))
  walkPosition?: number
}

/** One material, and optionally a delivery of it. Columns of the import `materials`. */
export class MaterialImportRow {
  @IsString(code('invalid-text'))
  @Length(1, 64, code('invalid-text'))
  @Matches(PRINTABLE, code('invalid-character'))
  material!: string

  @IsString(code('invalid-text'))
  @Length(1, 200, code('invalid-text'))
  @Matches(PRINTABLE, code('invalid-character'))
  name!: string

  @IsIn(materialKinds, code('invalid-value'))
  kind!: MaterialKind

  @IsInt(code('invalid-number'))
  @Min(0, code('invalid-number'))
  @Max(GRAMS_MAX, code('invalid-number'))
  gramsPerUnit!: number

  /** Boxes (carton, insulated-box) need their inner and outer sizes. Unit: mm. */
  @IsBoxSide()
  innerLengthMm?: number

  @IsBoxSide()
  innerWidthMm?: number

  @IsBoxSide()
  innerHeightMm?: number

  @IsBoxSide()
  outerLengthMm?: number

  @IsBoxSide()
  outerWidthMm?: number

  @IsBoxSide()
  outerHeightMm?: number

  /** Where `units` of it came, under the delivery's number `receipt`, which is counted once. All three or none. */
  @ValidateIf(hasDelivery)
  @IsString(code('required'))
  @Length(1, 64, code('invalid-text'))
  location?: string

  @ValidateIf(hasDelivery)
  @IsInt(code('invalid-number'))
  @Min(1, code('invalid-number'))
  @Max(UNITS_MAX, code('invalid-number'))
  units?: number

  @ValidateIf(hasDelivery)
  @IsString(code('required'))
  @Length(1, 64, code('invalid-text'))
  receipt?: string
}

function hasDelivery({ location, units, receipt }: MaterialImportRow): boolean {
  return location !== undefined || units !== undefined || receipt !== undefined
}

function IsBoxSide(): PropertyDecorator {
  const rules = [
    ValidateIf(({ kind }: MaterialImportRow, value: unknown) => value !== undefined || kind === 'carton' || kind === 'insulated-box'),
    IsInt(code('invalid-number')),
    Min(1, code('invalid-number')),
    Max(MM_MAX, code('invalid-number')),
  ]
  return (target, key) => {
    for (const rule of rules) rule(target, key)
  }
}

/** What a handling class asks of its package. */
export class MaterialRuleRow {
  @IsIn(handlingClasses, code('invalid-value'))
  handling!: Handling

  @IsInt(code('invalid-number'))
  @Min(1, code('invalid-number'))
  @Max(100, code('invalid-number'))
  position!: number

  @IsString(code('invalid-text'))
  @Length(0, 200, code('invalid-text'))
  instruction!: string

  /** `{use:'box',kind}`, `{use:'limit',pieces}`, `{use:'fill',percent}` or `{use:'material',material,amount}`; see docs/import.md. */
  @IsDefined(code('required'))
  @IsObject(code('object-expected'))
  @IsRule()
  rule!: object
}
