import type { Product } from '../goods/product.js'

/** Equal packages, real or expected. Units: grams, mm. */
export interface Parcel {
  readonly pieces: number
  readonly weightGrams: number
  readonly lengthMm: number
  readonly widthMm: number
  readonly heightMm: number
}

/** What one person may lift. Source: domain D8. */
const LIFT_LIMIT_GRAMS = 23_000
/** Boxes are not filled to the brim. */
const FILL = 0.8

/** The packages to expect before anything is packed: what must travel alone does, the rest is levelled into boxes that one person can lift. */
export function expectedParcels(goods: readonly { readonly product: Product; readonly units: number }[]): Parcel[] {
  const alone = goods.filter(({ product }) => product.shipAlone || product.weightGrams > LIFT_LIMIT_GRAMS)
  const together = goods.filter((each) => !alone.includes(each))
  return [
    ...alone.map(({ product, units }) => ({
      pieces: units,
      weightGrams: product.weightGrams,
      lengthMm: product.lengthMm,
      widthMm: product.widthMm,
      heightMm: product.heightMm,
    })),
    ...levelled(together),
  ]
}

function levelled(goods: readonly { readonly product: Product; readonly units: number }[]): Parcel[] {
  const weightGrams = goods.reduce((sum, { product, units }) => sum + product.weightGrams * units, 0)
  if (weightGrams === 0) return []
  const volume = goods.reduce((sum, { product: { lengthMm, widthMm, heightMm }, units }) => sum + lengthMm * widthMm * heightMm * units, 0)
  const pieces = Math.ceil(weightGrams / LIFT_LIMIT_GRAMS)
  const longest = Math.max(...goods.map(({ product: { lengthMm, widthMm, heightMm } }) => Math.max(lengthMm, widthMm, heightMm)))
  const boxVolume = volume / pieces / FILL
  const lengthMm = Math.max(longest, Math.ceil(Math.cbrt(boxVolume)))
  const side = Math.ceil(Math.sqrt(boxVolume / lengthMm))
  return [{ pieces, weightGrams: Math.ceil(weightGrams / pieces), lengthMm, widthMm: side, heightMm: side }]
}
