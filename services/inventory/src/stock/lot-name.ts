import { asId, type LocationId, type ProductId } from '@waybill/kernel'

/** Names a lot in a timer. JSON, because codes are the company's own and may hold any separator. */
export const lotName = (product: ProductId, location: LocationId, lot: string | null): string => JSON.stringify([product, location, lot])

/** The lot a timer is about. */
export function lotNamed(name: string): { readonly product: ProductId; readonly location: LocationId; readonly lot: string | null } {
  const [product, location, lot] = JSON.parse(name) as [string, string, string | null]
  return { product: asId(product), location: asId(location), lot }
}
