import { Controller } from '@nestjs/common'
import { ProductPublished } from '@waybill/contracts'
import { asId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { KeepMirrors } from '../use-cases/keep-mirrors.js'

/** What the catalogue says. */
@Controller()
export class ProductEventsConsumer {
  constructor(private readonly keepMirrors: KeepMirrors) {}

  @On(ProductPublished)
  async published(batch: readonly Received<ProductPublished>[]): Promise<void> {
    await this.keepMirrors.products(
      batch.map(({ cause, payload: { product, version, handling, lotTracked, active } }) => ({
        cause,
        product: { product: asId(product), version, handling, lotTracked, active },
      })),
    )
  }
}
