import { Controller } from '@nestjs/common'
import { LocationPublished, ProductPublished } from '@waybill/contracts'
import { asId, type LocationId, type ProductId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { KeepCatalogue } from '../use-cases/keep-catalogue.js'

/** Products and locations, as others publish them. */
@Controller()
export class CatalogueEventsConsumer {
  constructor(private readonly keepCatalogue: KeepCatalogue) {}

  @On(ProductPublished)
  async products(batch: readonly Received<ProductPublished>[]): Promise<void> {
    await this.keepCatalogue.products(
      batch.map(({ cause, payload }) => ({
        cause,
        product: {
          product: asId<ProductId>(payload.product),
          version: payload.version,
          name: payload.name,
          gtin: payload.gtin,
          handling: payload.handling,
          handlingInstruction: payload.handlingInstruction,
          weightGrams: payload.weightGrams,
          lengthMm: payload.lengthMm,
          widthMm: payload.widthMm,
          heightMm: payload.heightMm,
          lotTracked: payload.lotTracked,
          minimumRemainingDays: payload.minimumRemainingDays,
          dangerousGroup: payload.dangerousGroup,
          food: payload.food,
          shipAlone: payload.shipAlone,
        },
      })),
    )
  }

  @On(LocationPublished)
  async locations(batch: readonly Received<LocationPublished>[]): Promise<void> {
    await this.keepCatalogue.locations(
      batch.map(({ cause, payload: { location, version, name, zone, ships } }) => ({ cause, location: { location: asId<LocationId>(location), version, name, zone, ships } })),
    )
  }
}
