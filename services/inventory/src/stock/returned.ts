import type { Cause, LocationId, OrderId, ProductId, ReturnId } from '@waybill/kernel'
import { receive } from './receive.js'
import type { StockBook } from './stock-book.js'

/** Units that came back from a customer and were inspected. */
export interface Returned {
  readonly order: OrderId
  readonly return: ReturnId
  readonly location: LocationId
  readonly units: readonly {
    readonly product: ProductId
    readonly lot: string | null
    readonly units: number
    readonly disposition: 'restock' | 'block' | 'refurbish' | 'scrap' | 'vendor'
  }[]
}

/** Only a disposition moves stock: units come back from `shipped` to where inspection sends them. Source: domain section 4, Return. */
export function takeBack(book: StockBook, { order, return: returned, location, units: lines }: Returned, cause: Cause): void {
  for (const { product, lot, units, disposition } of lines) {
    const incoming = { product, location, lot, expiresOn: null, bin: null, units, from: 'shipped', reason: 'return' } as const
    const chore = { subject: returned, owner: 'operator', dueInDays: 7, order, cause } as const
    switch (disposition) {
      case 'restock':
        receive(book, incoming, cause)
        break
      case 'block':
        receive(book, { ...incoming, blockedFor: 'return' }, cause)
        break
      case 'refurbish':
        receive(book, { ...incoming, blockedFor: 'refurbish' }, cause)
        book.chores.push({ ...chore, kind: 'refurbish', why: `${units} of ${product} are to be refurbished` })
        break
      case 'scrap':
        book.counts.move({ product, location, lot, from: 'shipped', to: 'scrapped', units, reason: 'return', cause })
        break
      case 'vendor':
        book.counts.move({ product, location, lot, from: 'shipped', to: 'supplier', units, reason: 'return', cause })
        book.chores.push({ ...chore, kind: 'return-to-vendor', why: `${units} of ${product} go back to their vendor` })
        break
      default:
        disposition satisfies never
    }
  }
}
