import { code } from '@waybill/service-kit'
import { registerDecorator } from 'class-validator'
import { materialKinds, type MaterialKind, type Amount } from '../packing/material.js'

/** The part of a rule that differs from kind to kind. */
export type RuleUse =
  | { readonly use: 'box'; readonly kind: MaterialKind }
  | { readonly use: 'limit'; readonly pieces: number }
  | { readonly use: 'fill'; readonly percent: number }
  | { readonly use: 'material'; readonly material: string; readonly amount: Amount }

type Fields = Readonly<Record<string, (value: unknown) => boolean>>

const NUMBER_MAX = 1_000_000
const between = (min: number, max: number) => (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max
const whole = (min: number) => (value: unknown): boolean => Number.isInteger(value) && between(min, NUMBER_MAX)(value)
const percent = between(0, 100)
const is = (word: string) => (value: unknown): boolean => value === word

const amounts: Readonly<Record<Amount['per'], Fields>> = {
  package: { per: is('package'), units: whole(1) },
  piece: { per: is('piece'), units: whole(1) },
  surface: { per: is('surface'), layers: whole(1), coversCm2: whole(1) },
  void: { per: is('void'), fillsLitres: between(0.1, NUMBER_MAX) },
  weight: { per: is('weight'), grams: whole(1) },
  coolant: { per: is('coolant'), basePercent: percent, heatPercent: percent, leastPercent: percent, mostPercent: percent },
}

const uses: Readonly<Record<RuleUse['use'], Fields>> = {
  box: { use: is('box'), kind: (value) => materialKinds.some((kind) => kind === value) },
  limit: { use: is('limit'), pieces: whole(1) },
  fill: { use: is('fill'), percent: between(1, 100) },
  material: { use: is('material'), material: (value) => typeof value === 'string' && value.length >= 1 && value.length <= 64, amount: (value) => isOneOf(amounts, 'per', value) },
}

/** Is it a rule that packing understands? */
export const isRuleUse = (value: unknown): value is RuleUse => isOneOf(uses, 'use', value)

function isOneOf(shapes: Readonly<Record<string, Fields>>, discriminator: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const given = value as Readonly<Record<string, unknown>>
  const shape = shapes[String(given[discriminator])]
  return shape !== undefined && Object.keys(given).every((key) => key in shape) && Object.entries(shape).every(([key, isRight]) => isRight(given[key]))
}

/** Property: a rule that packing understands. */
export const IsRule = (): PropertyDecorator => (target, property) =>
  registerDecorator({
    name: 'isRule',
    target: target.constructor,
    propertyName: String(property),
    options: code('invalid-rule', { message: '$property is no rule that packing understands' }),
    validator: { validate: isRuleUse },
  })
