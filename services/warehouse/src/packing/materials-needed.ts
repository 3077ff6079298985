import { invariant } from '@waybill/kernel'
import type { Handling, Product } from '../catalogue/product.js'
import type { Amount, Material, MaterialRule } from './material.js'

/** Pieces of one product in a package. */
export interface Pieces {
  readonly product: Product
  readonly units: number
}

/** Units of a material that a package needs, and how to use it. */
export interface MaterialNeed {
  readonly material: string
  readonly units: number
  readonly instruction: string
}

export interface Climate {
  /** 0 (winter) to 1 (heat wave): how much more coolant a frozen parcel needs. */
  readonly heatIndex: number
}

/** What has no special need is standard. */
export const classesOf = ({ handling }: Product): readonly Handling[] => (handling.length === 0 ? ['standard'] : handling)

export const volumeOf = ({ lengthMm, widthMm, heightMm }: Product): number => lengthMm * widthMm * heightMm

export const weightOf = (contents: readonly Pieces[]): number => contents.reduce((sum, { product, units }) => sum + units * product.weightGrams, 0)

/**
 * The materials that the rules ask for, by what is in the package. Two classes that ask for the same material get the
 * larger amount, not the sum: two layers of bubble wrap are enough for what is fragile and liquid. Source: domain D8.
 */
export function materialsNeeded(
  contents: readonly Pieces[],
  boxVolumeMm3: number,
  rules: readonly MaterialRule[],
  materials: ReadonlyMap<string, Material>,
  climate: Climate,
): MaterialNeed[] {
  const needs = new Map<string, MaterialNeed>()
  for (const rule of rules) {
    if (rule.use !== 'material') continue
    const ofClass = contents.filter(({ product }) => classesOf(product).includes(rule.handling))
    const material = materials.get(rule.material)
    if (ofClass.length === 0 || !material) continue
    const units = amountOf(rule.amount, ofClass, contents, boxVolumeMm3, material, climate)
    const before = needs.get(rule.material)
    if (units > (before?.units ?? 0)) needs.set(rule.material, { material: rule.material, units, instruction: rule.instruction })
  }
  return [...needs.values()]
}

function amountOf(amount: Amount, ofClass: readonly Pieces[], contents: readonly Pieces[], boxVolumeMm3: number, material: Material, climate: Climate): number {
  const pieces = ofClass.reduce((sum, { units }) => sum + units, 0)
  switch (amount.per) {
    case 'package':
      return amount.units
    case 'piece':
      return amount.units * pieces
    case 'surface':
      return Math.ceil((amount.layers * ofClass.reduce((sum, { product, units }) => sum + units * surfaceCm2(product), 0)) / amount.coversCm2)
    case 'void': {
      const contentsMm3 = contents.reduce((sum, { product, units }) => sum + units * volumeOf(product), 0)
      return Math.max(1, Math.ceil(Math.max(0, boxVolumeMm3 - contentsMm3) / MM3_PER_LITRE / amount.fillsLitres))
    }
    case 'weight':
      return Math.ceil(weightOf(ofClass) / amount.grams)
    case 'coolant':
      return Math.ceil(coolantGrams(weightOf(ofClass), amount, climate) / material.gramsPerUnit)
    default:
      return amount satisfies never
  }
}

const MM3_PER_LITRE = 1_000_000

const surfaceCm2 = ({ lengthMm: l, widthMm: w, heightMm: h }: Product): number => (2 * (l * w + l * h + w * h)) / 100

/** Coolant for frozen goods: its share of their weight grows with the heat, within bounds. Unit: grams. */
export function coolantGrams(productGrams: number, share: Extract<Amount, { per: 'coolant' }>, { heatIndex }: Climate): number {
  invariant(heatIndex >= 0 && heatIndex <= 1, 'the heat index is from 0 to 1', { heatIndex })
  const percent = Math.min(share.mostPercent, Math.max(share.leastPercent, share.basePercent + share.heatPercent * heatIndex))
  return Math.ceil((productGrams * percent) / 100)
}
