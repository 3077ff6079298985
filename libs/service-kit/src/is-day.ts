import { registerDecorator } from 'class-validator'
import { code } from './validation.js'

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** A day of the calendar: the 30th of February is none. */
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
