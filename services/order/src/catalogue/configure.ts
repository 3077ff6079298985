import type { Component, Product } from './product.js'

/** A product as the customer chose it. */
export interface Configured {
  /** Added to the unit price. Unit: minor units; may be negative. */
  readonly priceDeltaMinor: bigint
  /** What leaves a shelf for one unit: the product itself if stocked, its components, those of the choices. */
  readonly parts: readonly Component[]
}

export interface ChoiceRefusal {
  readonly code: 'invalid-option' | 'option-required'
  readonly option: string
  readonly detail: string
}

/** Applies the customer's choices (option -> choice). Refuses: invalid-option, option-required. */
export function configure(product: Product, choices: Readonly<Record<string, string>>, currency: string): Configured | ChoiceRefusal {
  const foreign = Object.keys(choices).find((code) => !product.options.some((option) => option.code === code))
  if (foreign !== undefined) return { code: 'invalid-option', option: foreign, detail: 'The product has no such option' }
  let priceDeltaMinor = 0n
  const parts: Component[] = [...(product.isStocked ? [{ product: product.number, quantity: 1 }] : []), ...product.components]
  for (const option of product.options) {
    const chosen = choices[option.code]
    if (chosen === undefined) {
      if (option.isRequired) return { code: 'option-required', option: option.code, detail: `Choose one of ${namesOf(option.choices)}` }
      continue
    }
    const choice = option.choices.find(({ code }) => code === chosen)
    if (!choice) return { code: 'invalid-option', option: option.code, detail: `Choose one of ${namesOf(option.choices)}` }
    priceDeltaMinor += choice.priceDeltas[currency] ?? 0n
    if (choice.component) parts.push(choice.component)
  }
  return { priceDeltaMinor, parts }
}

const namesOf = (choices: readonly { code: string }[]): string => choices.map(({ code }) => code).join(', ')
