import { ApiProperty } from '@nestjs/swagger'
import { code, IsDay, ROWS_MAX } from '@waybill/service-kit'
import { Type } from 'class-transformer'
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsTimeZone,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator'
import { handlingClasses, type HandlingClass } from '../locations/location.js'
import { IsCode, IsWords } from './fields.js'

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/

/** When a location works. */
export class CalendarRequest {
  /** ISO weekdays, 1 Monday to 7 Sunday. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(7)
  @ArrayUnique()
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(7, { each: true })
  workdays!: number[]

  @Matches(TIME, code('invalid-value'))
  opens!: string

  @Matches(TIME, code('invalid-value'))
  closes!: string

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(366)
  @IsDay({ each: true })
  holidays?: string[]
}

/** Everything about a location but its code. */
export class LocationRequest {
  @IsWords(200)
  name!: string

  /** IANA time zone, as in Europe/Berlin. */
  @IsTimeZone()
  zone!: string

  @Matches(/^[A-Z]{2}$/, code('invalid-value'))
  country!: string

  @IsString()
  @Length(0, 16)
  postalCode!: string

  @IsWords(100)
  city!: string

  @IsOptional()
  @IsWords(200)
  street?: string

  /** Default: yes. */
  @IsOptional()
  @IsBoolean()
  ships?: boolean

  /** Default: all classes. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ArrayUnique()
  @IsIn(handlingClasses, { each: true })
  handling?: HandlingClass[]

  /** Working days between request and hand-over. Default: 0. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(60)
  handlingDays?: number

  /** Default: Monday to Friday, 08:00 to 18:00. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => CalendarRequest)
  calendar?: CalendarRequest
}

/** A location with its code. */
export class LocationRowRequest extends LocationRequest {
  @IsCode()
  location!: string
}

export class ImportLocationsRequest {
  @ApiProperty({ type: [LocationRowRequest] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(ROWS_MAX)
  @IsObject({ each: true })
  rows!: object[]
}
