import { Controller } from '@nestjs/common'
import { StockAdjusted, StockBlocked, StockReceived, StockUnblocked } from '@waybill/contracts'
import { asId, businessDate, type LocationId, type ProductId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import type { StockFact } from '../bins/file-stock-facts.js'
import { FileStock } from '../use-cases/file-stock.js'

type StockPayload = Pick<StockReceived, 'product' | 'location' | 'lot' | 'expiresOn' | 'bin' | 'units' | 'reason'>

const factOf = (fact: StockFact['fact'], { cause, payload }: Received<StockPayload>): StockFact => ({
  fact,
  cause,
  location: asId<LocationId>(payload.location),
  product: asId<ProductId>(payload.product),
  lot: payload.lot,
  expiresOn: payload.expiresOn === null ? null : businessDate(payload.expiresOn),
  bin: payload.bin,
  units: payload.units,
  reason: payload.reason,
})

/** What inventory says of stock, to be filed into bins. What the floor found itself (a short pick, damage) is filed already. */
@Controller()
export class StockEventsConsumer {
  constructor(private readonly fileStock: FileStock) {}

  @On(StockReceived)
  async received(batch: readonly Received<StockReceived>[]): Promise<void> {
    await this.fileStock.run(batch.map((each) => ({ filedHere: false, ...factOf('received', each) })))
  }

  @On(StockAdjusted)
  async adjusted(batch: readonly Received<StockAdjusted>[]): Promise<void> {
    await this.fileStock.run(batch.map((each) => ({ filedHere: each.payload.filedByWarehouse, ...factOf('adjusted', each) })))
  }

  @On(StockBlocked)
  async blocked(batch: readonly Received<StockBlocked>[]): Promise<void> {
    await this.fileStock.run(batch.map((each) => ({ filedHere: each.payload.filedByWarehouse, ...factOf(each.payload.received ? 'received-blocked' : 'blocked', each) })))
  }

  @On(StockUnblocked)
  async unblocked(batch: readonly Received<StockUnblocked>[]): Promise<void> {
    await this.fileStock.run(batch.map((each) => ({ filedHere: false, ...factOf('unblocked', each) })))
  }
}
