import { applyDecorators } from '@nestjs/common'
import { code } from '@waybill/service-kit'
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator'
import { UNITS_MAX } from '@waybill/kernel'

/** One of the company's own codes: a product's, a location's, a lot's, a bin's. */
export const IsCode = () => applyDecorators(IsString(), Length(1, 64), Matches(/^\P{Cc}+$/u, code('invalid-character')))

export const IsOptionalCode = () => applyDecorators(IsOptional(), IsCode())

/** A number of pieces, at least one. */
export const IsUnits = (min = 1) => applyDecorators(IsInt(), Min(min), Max(UNITS_MAX))

/** Words for people. */
export const IsWords = (max: number) => applyDecorators(IsString(), Length(1, max), Matches(/^\P{Cc}+$/u, code('invalid-character')))
