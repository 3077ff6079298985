import { Injectable } from '@nestjs/common'
import type { BusinessDate, RequestCause } from '@waybill/kernel'
import { announce, moveSupply, type Announced } from '../backorders/supplies.js'
import { StockStore, type Answered } from '../stock/stock.store.js'
import type { Supply } from '../supply/supply.js'

export type SupplyOutcome =
  | { readonly row: number; readonly status: 'created' | 'updated' | 'unchanged'; readonly id: string }
  | { readonly row: number; readonly status: 'refused'; readonly code: 'unknown-location' | 'unknown-product'; readonly pointer: string }

/** What changes of announced supply; what is left out stays. Units 0: it does not come. */
export interface SupplyChange {
  readonly units: number | undefined
  readonly availableOn: BusinessDate | undefined
}

export type Moved = { readonly supply: Supply } | { readonly refused: 'unknown-supply' }

/** Announces supply, and moves what was announced: those who wait get their dates by it. */
@Injectable()
export class ExpectSupply {
  constructor(private readonly stock: StockStore) {}

  /** Announces, or moves what is known under the same code, product and location. One outcome a row. Files may come before their products do (`isImport`). */
  async announce(rows: readonly Announced[], isImport: boolean, cause: RequestCause): Promise<Answered<readonly SupplyOutcome[]>> {
    const [answered] = await this.stock.change(
      [{ cause }],
      () => ({ products: rows.map(({ product }) => product), supplyCodes: rows.map(({ code }) => code) }),
      (book): (readonly SupplyOutcome[])[] => [
        rows.map((supply, row): SupplyOutcome => {
          if (!book.atlas.site(supply.location)) return { row, status: 'refused', code: 'unknown-location', pointer: '/location' }
          if (!isImport && !book.atlas.product(supply.product)) return { row, status: 'refused', code: 'unknown-product', pointer: '/product' }
          return { row, ...announce(book, supply, cause) }
        }),
      ],
    )
    return answered ?? { result: undefined, replayed: false }
  }

  async move(id: string, change: SupplyChange, cause: RequestCause): Promise<Answered<Moved>> {
    const [answered] = await this.stock.change(
      [{ cause }],
      () => ({ supplies: [id] }),
      (book): Moved[] => {
        const supply = book.allSupplies().find((each) => each.id === id)
        if (!supply) return [{ refused: 'unknown-supply' }]
        const next = { units: change.units ?? supply.units, availableOn: change.availableOn ?? supply.availableOn }
        moveSupply(book, supply, next, cause)
        return [{ supply: { ...supply, ...next } }]
      },
    )
    return answered ?? { result: undefined, replayed: false }
  }
}
