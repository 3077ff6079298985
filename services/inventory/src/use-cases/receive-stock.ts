import { Injectable } from '@nestjs/common'
import type { LocationId, RequestCause } from '@waybill/kernel'
import { findSupply, receiveSupply } from '../backorders/supplies.js'
import { importCount, importKey, type CountRow, type RowOutcome } from '../stock/import-count.js'
import { faultOf, type ReceiptFault, type ReceiptLine } from '../stock/receipt.js'
import { StockStore, type Answered } from '../stock/stock.store.js'

/** What a receiver took in. */
export interface Receipt {
  readonly location: LocationId
  /** Code of the announced supply it belongs to. */
  readonly supply: string | undefined
  readonly lines: readonly ReceiptLine[]
}

export type Received = { readonly receivedUnits: number } | { readonly refused: ReceiptFault | 'unknown-supply'; readonly line: number }

/** Takes units in: receipts, and first counts from a file. */
@Injectable()
export class ReceiveStock {
  constructor(private readonly stock: StockStore) {}

  /** Refuses the whole receipt for its first faulty line. */
  async run(receipt: Receipt, cause: RequestCause): Promise<Answered<Received>> {
    const [answered] = await this.stock.change(
      [{ cause }],
      () => ({
        products: receipt.lines.map(({ product }) => product),
        lots: receipt.lines.map(({ lot }) => lot),
        supplyCodes: receipt.supply === undefined ? [] : [receipt.supply],
      }),
      (book): Received[] => {
        const { location, supply, lines } = receipt
        for (const [line, each] of lines.entries()) {
          const fault = faultOf(book, location, each)
          if (fault) return [{ refused: fault, line }]
          if (supply !== undefined && !findSupply(book, supply, each.product, location)) return [{ refused: 'unknown-supply', line }]
        }
        for (const each of lines) receiveSupply(book, { ...each, location }, supply === undefined ? undefined : findSupply(book, supply, each.product, location), cause)
        return [{ receivedUnits: lines.reduce((sum, { units }) => sum + units, 0) }]
      },
    )
    return answered ?? { result: undefined, replayed: false }
  }

  /** Sets the counts of a file's rows, each with its own outcome. */
  async importCounts(rows: readonly CountRow[], cause: RequestCause): Promise<Answered<readonly RowOutcome[]>> {
    const [answered] = await this.stock.change(
      [{ cause }],
      () => ({ products: rows.map(({ product }) => product), lots: rows.map(({ lot }) => lot), imported: rows.map(importKey) }),
      (book): (readonly RowOutcome[])[] => [rows.map((row, index) => importCount(book, row, index, cause))],
    )
    return answered ?? { result: undefined, replayed: false }
  }
}
