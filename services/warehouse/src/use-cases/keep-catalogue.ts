import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import type { Location } from '../catalogue/location.js'
import type { Product } from '../catalogue/product.js'
import { answerRequests } from '../floor/answer-requests.js'
import { Floor } from '../floor/floor.js'
import { FloorPolicy } from '../floor/policy.js'

/** Keeps what the floor needs to know of products and locations, and answers the requests that waited for a location. */
@Injectable()
export class KeepCatalogue {
  constructor(
    private readonly floor: Floor,
    private readonly policy: FloorPolicy,
  ) {}

  async products(published: readonly { readonly cause: Cause; readonly product: Product }[]): Promise<void> {
    await this.floor.change(published, (tx, fresh) => tx.catalogue.keepProducts(fresh.map(({ product }) => product)))
  }

  async locations(published: readonly { readonly cause: Cause; readonly location: Location }[]): Promise<void> {
    await this.floor.change(published, async (tx, fresh) => {
      await tx.catalogue.keepLocations(fresh.map(({ location }) => location))
      const causeOf = new Map(fresh.map(({ location, cause }) => [location.location, cause]))
      const waiting = await tx.fulfillments.lockUnanswered([...causeOf.keys()])
      await answerRequests(tx, this.policy, waiting.flatMap((fulfillment) => {
        const cause = causeOf.get(fulfillment.location)
        return cause ? [{ fulfillment, cause }] : []
      }))
    })
  }
}
