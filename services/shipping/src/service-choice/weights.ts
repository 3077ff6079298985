import type { Handling } from '../goods/product.js'
import type { Preference } from './need.js'

/** How much each property of a service counts; together 1. */
export interface Weights {
  readonly cost: number
  readonly lateness: number
  readonly co2: number
  readonly reliability: number
  readonly damage: number
}

/** Source: domain D10 (defaults). */
const presets: Readonly<Record<Preference, Weights>> = {
  economy: { cost: 0.6, lateness: 0.2, co2: 0.05, reliability: 0.1, damage: 0.05 },
  standard: { cost: 0.4, lateness: 0.3, co2: 0.1, reliability: 0.15, damage: 0.05 },
  express: { cost: 0.15, lateness: 0.6, co2: 0, reliability: 0.2, damage: 0.05 },
  green: { cost: 0.25, lateness: 0.2, co2: 0.4, reliability: 0.1, damage: 0.05 },
}

/** The weights of a preference; damage counts twice where something can break, and the sum stays 1. */
export function weightsFor(preference: Preference, handling: readonly Handling[]): Weights {
  const preset = presets[preference]
  if (!handling.includes('fragile')) return preset
  const total = 1 + preset.damage
  return {
    cost: preset.cost / total,
    lateness: preset.lateness / total,
    co2: preset.co2 / total,
    reliability: preset.reliability / total,
    damage: (2 * preset.damage) / total,
  }
}
