import { applyDecorators } from '@nestjs/common'
import { code } from '@waybill/service-kit'
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min, registerDecorator } from 'class-validator'
import { UNITS_MAX } from '@waybill/kernel'

/** One of the company's own codes: a product's, a location's, a lot's, a bin's. */
export const IsCode = () => applyDecorators(IsString(), Length(1, 64), Matches(/^\P{Cc}+$/u, code('invalid-character')))

export const IsOptionalCode = () => applyDecorators(IsOptional(), IsCode())

/** A number of pieces, at least one. */
export const IsUnits = (min = 1) => applyDecorators(IsInt(), Min(min), Max(UNITS_MAX))

/** Words for people. */
export const IsWords = (max: number) => applyDecorators(IsString(), Length(1, max), Matches(/^\P{Cc}+$/u, code('invalid-character')))

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** A day of the calendar. */
export function IsDay({ each = false } = {}): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name: 'isDay',
      target: target.constructor,
      propertyName: String(property),
      options: code('invalid-date', { each, message: '$property must be a day of the calendar, YYYY-MM-DD' }),
      validator: { validate: isDay },
    })
}

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !DAY.test(value) || value < '1900') return false
  const day = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value)
}
