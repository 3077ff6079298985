import type { Handling } from '../catalogue/product.js'

export const materialKinds = ['carton', 'insulated-box', 'coolant', 'wrap', 'fill', 'bag', 'absorbent', 'mark', 'seal', 'other'] as const
export type MaterialKind = (typeof materialKinds)[number]

/** Inner and outer size of a box. Unit: mm. */
export interface BoxSize {
  readonly innerLengthMm: number
  readonly innerWidthMm: number
  readonly innerHeightMm: number
  readonly outerLengthMm: number
  readonly outerWidthMm: number
  readonly outerHeightMm: number
}

/** Something stocked to pack with. One unit is one piece as it is taken: a box, a gel pack, a sheet of wrap. */
export interface Material {
  readonly material: string
  readonly name: string
  readonly kind: MaterialKind
  /** Weight of one unit; of a coolant, its pack size. Unit: grams. */
  readonly gramsPerUnit: number
  /** Of boxes only. */
  readonly box: BoxSize | null
}

/** How many units of a material a package takes, by what is in it. */
export type Amount =
  | { readonly per: 'package'; readonly units: number }
  /** For each piece of the class. */
  | { readonly per: 'piece'; readonly units: number }
  /** Layers around each piece of the class; one unit covers an area. Unit: cm2. */
  | { readonly per: 'surface'; readonly layers: number; readonly coversCm2: number }
  /** The room that the contents leave empty; one unit fills some of it. Unit: litres. */
  | { readonly per: 'void'; readonly fillsLitres: number }
  /** One unit for so many grams of the class. */
  | { readonly per: 'weight'; readonly grams: number }
  /** clamp(kg x (base + heat x heat index), least..most) of the class, rounded up to whole packs. Shares in percent. */
  | { readonly per: 'coolant'; readonly basePercent: number; readonly heatPercent: number; readonly leastPercent: number; readonly mostPercent: number }

/** What a handling class asks of its package. Rules are data: a company changes them without us. */
export type MaterialRule = {
  readonly handling: Handling
  readonly position: number
  readonly instruction: string
} & (
  | { readonly use: 'box'; readonly kind: MaterialKind }
  /** At most so many pieces of the class in one package. */
  | { readonly use: 'limit'; readonly pieces: number }
  /** How full a box may get. Unit: percent of its volume. */
  | { readonly use: 'fill'; readonly percent: number }
  | { readonly use: 'material'; readonly material: string; readonly amount: Amount }
)
