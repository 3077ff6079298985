import { Controller } from '@nestjs/common'
import { LocationPublished, ProductPublished } from '@waybill/contracts'
import { asId, type LocationId, type ProductId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { KeepLocations } from '../use-cases/keep-locations.js'
import { KeepProducts } from '../use-cases/keep-products.js'

@Controller()
export class CatalogueEventsConsumer {
  constructor(
    private readonly keepProducts: KeepProducts,
    private readonly keepLocations: KeepLocations,
  ) {}

  @On(ProductPublished)
  async products(batch: readonly Received<ProductPublished>[]): Promise<void> {
    await this.keepProducts.run(
      batch.map(({ cause, payload: { product, version, handling, weightGrams, lengthMm, widthMm, heightMm, lithium, shipAlone } }) => ({
        cause,
        product: { product: asId<ProductId>(product), version, handling, weightGrams, lengthMm, widthMm, heightMm, lithium, shipAlone },
      })),
    )
  }

  @On(LocationPublished)
  async locations(batch: readonly Received<LocationPublished>[]): Promise<void> {
    await this.keepLocations.run(
      batch.map(({ cause, payload: { location, version, name, zone, country, postalCode, city, handlingDays, calendar } }) => ({
        cause,
        location: { location: asId<LocationId>(location), version, name, zone, country, postalCode, city, handlingDays, calendar },
      })),
    )
  }
}
