import { canonical } from '../reading/canonical.js'
import type { Fault } from '../reading/fault.js'
import { componentsOf, productFault, type Product, type ProductDeclaration } from './product.js'

/** What became of one declaration. */
export type Declared =
  | { readonly status: 'created' | 'updated' | 'unchanged'; readonly product: Product }
  | ({ readonly status: 'refused' } & Fault)

/** Numbers that have to be known to judge these declarations. */
export const numbersNeeded = (declarations: readonly ProductDeclaration[]): string[] => [
  ...new Set(declarations.flatMap((product) => [product.number, ...componentsOf(product).map((part) => part.product)])),
]

/** Declares products, one after the other: a later one may be made of an earlier. Saying the same again changes nothing. */
export function declareProducts(known: ReadonlyMap<string, Product>, declarations: readonly ProductDeclaration[]): Declared[] {
  const now = new Map(known)
  const isPlainStocked = (number: string) => {
    const part = now.get(number)
    return part !== undefined && part.isStocked && part.components.length === 0 && part.options.length === 0
  }
  return declarations.map((declaration): Declared => {
    const fault = productFault(declaration, isPlainStocked)
    if (fault) return { status: 'refused', ...fault }
    const before = now.get(declaration.number)
    if (before && isSame(before, declaration)) return { status: 'unchanged', product: before }
    const product = { ...declaration, version: (before?.version ?? 0) + 1 }
    now.set(product.number, product)
    return { status: before ? 'updated' : 'created', product }
  })
}

const isSame = (before: Product, declaration: ProductDeclaration): boolean => canonical(before) === canonical({ ...declaration, version: before.version })
