import { fault, type Fault } from '../reading/fault.js'

/** What a product needs on its way through the house. */
export type HandlingClass = 'standard' | 'fragile' | 'liquid' | 'chilled' | 'frozen' | 'dangerous' | 'high-value'

export const handlingClasses: readonly HandlingClass[] = ['standard', 'fragile', 'liquid', 'chilled', 'frozen', 'dangerous', 'high-value']

/** A part of a bundle or configuration. It is a stocked product itself. */
export interface Component {
  readonly product: string
  /** Per unit of the parent. */
  readonly quantity: number
}

/** Something the customer chooses about a configured product. */
export interface Option {
  readonly code: string
  readonly name: string
  readonly isRequired: boolean
  readonly choices: readonly Choice[]
}

export interface Choice {
  readonly code: string
  readonly name: string
  /** Added to the unit price, by currency; a currency that is missing adds nothing. Unit: minor units. */
  readonly priceDeltas: Readonly<Record<string, bigint>>
  readonly component: Component | null
}

/** One thing that is sold or stocked. */
export interface Product {
  /** The company's own number. */
  readonly number: string
  /** Counts the declarations that changed it, from 1. */
  readonly version: number
  readonly name: string
  readonly category: string | null
  readonly brand: string | null
  readonly gtin: string | null
  readonly taxCategory: string
  readonly isActive: boolean
  /** It leaves a shelf itself. A bundle does not: only its components do. */
  readonly isStocked: boolean
  readonly handling: readonly HandlingClass[]
  readonly handlingInstruction: string
  readonly weightGrams: number
  readonly lengthMm: number
  readonly widthMm: number
  readonly heightMm: number
  readonly isLotTracked: boolean
  readonly minimumRemainingDays: number
  readonly dangerousGroup: string | null
  readonly hasLithium: boolean
  readonly isFood: boolean
  readonly shipsAlone: boolean
  readonly components: readonly Component[]
  readonly options: readonly Option[]
}

/** What a declaration says; the version is ours. */
export type ProductDeclaration = Omit<Product, 'version'>

/** Bounds the size of an order's messages. */
export const COMPONENTS_MAX = 50

/** Every product named as a part, fixed or by choice. */
export const componentsOf = (product: Pick<Product, 'components' | 'options'>): Component[] => [
  ...product.components,
  ...product.options.flatMap(({ choices }) => choices.flatMap(({ component }) => (component ? [component] : []))),
]

/** Checks what the parts of a product owe to each other. `stockedProduct`: may the number be a component? */
export function productFault(product: ProductDeclaration, isPlainStocked: (number: string) => boolean): Fault | undefined {
  const parts = componentsOf(product)
  if (!product.isStocked && product.components.length === 0 && product.options.every(({ choices }) => choices.every(({ component }) => !component)))
    return fault('invalid-value', '/stocked', 'What is not stocked itself needs components')
  if (parts.length > COMPONENTS_MAX) return fault('too-many-items', '/components', `At most ${COMPONENTS_MAX} components and choices`)
  const unknown = parts.find(({ product: part }) => part === product.number || !isPlainStocked(part))
  if (unknown) return fault('unknown-component', '/components', `${unknown.product} is no stocked product without components`)
  const optionCodes = product.options.map(({ code }) => code)
  if (new Set(optionCodes).size < optionCodes.length) return fault('invalid-value', '/options', 'Two options have the same code')
  const doubled = product.options.findIndex(({ choices }) => new Set(choices.map(({ code }) => code)).size < choices.length)
  if (doubled >= 0) return fault('invalid-value', `/options/${doubled}/choices`, 'Two choices have the same code')
  return undefined
}
