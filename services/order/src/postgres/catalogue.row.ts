import type { JsonObject } from '@waybill/kernel'
import type { Component, HandlingClass, Option, Product } from '../catalogue/product.js'
import type { Channel } from '../channels/channel.js'
import type { ShippingRule } from '../pricing/shipping-charge.js'

export interface ChannelRow {
  readonly code: string
  readonly name: string
  readonly brand: string | null
  readonly currencies: string[]
  readonly default_currency: string
  readonly pricing: 'ours' | 'channel'
  readonly prices_include_tax: boolean
  readonly shipping: StoredShipping
  readonly discount_ppm: number
}

/** As in ShippingRule, with amounts as JSON numbers. */
type StoredShipping =
  | Exclude<ShippingRule, { kind: 'flat' }>
  | { kind: 'flat'; taxCategory: string; charges: { currency: string; chargeMinor: number; freeFromMinor: number | null }[] }

export const channelOf = (row: ChannelRow): Channel => ({
  code: row.code,
  name: row.name,
  brand: row.brand,
  currencies: row.currencies,
  defaultCurrency: row.default_currency,
  pricing: row.pricing,
  pricesIncludeTax: row.prices_include_tax,
  shipping: shippingOf(row.shipping),
  discountPpm: row.discount_ppm,
})

function shippingOf(stored: StoredShipping): ShippingRule {
  if (stored.kind !== 'flat') return stored
  const charges = stored.charges.map(({ currency, chargeMinor, freeFromMinor }) => ({
    currency,
    chargeMinor: BigInt(chargeMinor),
    freeFromMinor: freeFromMinor === null ? null : BigInt(freeFromMinor),
  }))
  return { ...stored, charges }
}

/** JSON in which amounts are numbers: all of them are below 9e15. */
export const toJson = (value: unknown): string => JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? Number(part) : part))

export interface ProductRow {
  readonly number: string
  readonly version: number
  readonly name: string
  readonly category: string | null
  readonly brand: string | null
  readonly gtin: string | null
  readonly tax_category: string
  readonly is_active: boolean
  readonly is_stocked: boolean
  readonly handling: HandlingClass[]
  readonly handling_instruction: string
  readonly weight_grams: number
  readonly length_mm: number
  readonly width_mm: number
  readonly height_mm: number
  readonly is_lot_tracked: boolean
  readonly minimum_remaining_days: number
  readonly dangerous_group: string | null
  readonly has_lithium: boolean
  readonly is_food: boolean
  readonly ships_alone: boolean
  readonly components: Component[]
  readonly options: StoredOption[]
}

type StoredOption = Omit<Option, 'choices'> & { choices: { code: string; name: string; priceDeltas: Record<string, number>; component: Component | null }[] }

export const productColumns =
  'number, version, name, category, brand, gtin, tax_category, is_active, is_stocked, handling, handling_instruction, weight_grams, length_mm, width_mm, height_mm, ' +
  'is_lot_tracked, minimum_remaining_days, dangerous_group, has_lithium, is_food, ships_alone, components, options'

export const productOf = (row: ProductRow): Product => ({
  number: row.number,
  version: row.version,
  name: row.name,
  category: row.category,
  brand: row.brand,
  gtin: row.gtin,
  taxCategory: row.tax_category,
  isActive: row.is_active,
  isStocked: row.is_stocked,
  handling: row.handling,
  handlingInstruction: row.handling_instruction,
  weightGrams: row.weight_grams,
  lengthMm: row.length_mm,
  widthMm: row.width_mm,
  heightMm: row.height_mm,
  isLotTracked: row.is_lot_tracked,
  minimumRemainingDays: row.minimum_remaining_days,
  dangerousGroup: row.dangerous_group,
  hasLithium: row.has_lithium,
  isFood: row.is_food,
  shipsAlone: row.ships_alone,
  components: row.components,
  options: row.options.map((option) => ({
    ...option,
    choices: option.choices.map(({ priceDeltas, ...choice }) => ({
      ...choice,
      priceDeltas: Object.fromEntries(Object.entries(priceDeltas).map(([currency, minor]) => [currency, BigInt(minor)])),
    })),
  })),
})

/** The row of a product, as one JSON object for json_to_recordset. */
export const productRow = (product: Product): JsonObject => ({
  number: product.number,
  version: product.version,
  name: product.name,
  category: product.category,
  brand: product.brand,
  gtin: product.gtin,
  tax_category: product.taxCategory,
  is_active: product.isActive,
  is_stocked: product.isStocked,
  handling: product.handling,
  handling_instruction: product.handlingInstruction,
  weight_grams: product.weightGrams,
  length_mm: product.lengthMm,
  width_mm: product.widthMm,
  height_mm: product.heightMm,
  is_lot_tracked: product.isLotTracked,
  minimum_remaining_days: product.minimumRemainingDays,
  dangerous_group: product.dangerousGroup,
  has_lithium: product.hasLithium,
  is_food: product.isFood,
  ships_alone: product.shipsAlone,
  components: JSON.parse(toJson(product.components)) as JsonObject[],
  options: JSON.parse(toJson(product.options)) as JsonObject[],
})
