import { Injectable } from '@nestjs/common'
import type { Cause, FulfillmentId, LocationId, OrderId } from '@waybill/kernel'
import { become, stockedLinesOf } from '../fulfillments/fulfillment.js'
import { openPackages } from '../packing/claim.js'
import { inUse } from '../packing/package.js'
import { viewOfPackage, type PackageView } from '../packing/package-view.js'
import { Floor, type Answer } from '../floor/floor.js'
import { FloorPolicy } from '../floor/policy.js'

export interface PackingClaim {
  readonly cause: Cause
  readonly location: LocationId
  readonly packer: string
}

/** What a packer packs now, and how; null: nothing is picked. A type, so that it can be stored as an answer. */
export type ClaimedPacking = {
  readonly fulfillment: { readonly id: FulfillmentId; readonly order: OrderId; readonly location: LocationId; readonly packages: readonly PackageView[] } | null
}

/** Gives a packer the fulfillment that waits longest, with its packing plan, or the one the packer has already begun. */
@Injectable()
export class ClaimPacking {
  constructor(
    private readonly floor: Floor,
    private readonly policy: FloorPolicy,
  ) {}

  async run(claim: PackingClaim): Promise<Answer<ClaimedPacking> | undefined> {
    const [answer] = await this.floor.change<PackingClaim, ClaimedPacking>([claim], async (tx) => {
      const { cause, location, packer } = claim
      const fulfillment = await tx.fulfillments.lockToPack(location, packer)
      if (!fulfillment) return [{ fulfillment: null }]
      const products = await tx.catalogue.products(stockedLinesOf(fulfillment).map(({ product }) => product))
      const materials = await tx.packing.materials()
      const before = await tx.packing.packagesOf([fulfillment.id])
      let packages = inUse(before)
      if (fulfillment.status === 'PICKED') {
        const stock = await tx.packing.stock(location)
        const opened = openPackages(fulfillment, await tx.picking.tasksOfFulfillments([fulfillment.id]), products, {
          materials,
          inStock: new Set([...stock].flatMap(([material, units]) => (units > 0 ? [material] : []))),
          rules: await tx.packing.rules(),
          climate: { heatIndex: this.policy.heatIndex },
        }, tx.newId, cause, before.length)
        const claimed = become({ ...fulfillment, packer }, 'PACKING', tx.now, cause)
        await tx.fulfillments.save([claimed.fulfillment], claimed.steps)
        await tx.packing.save(opened.packages, opened.steps)
        packages = opened.packages
      }
      const { id, order } = fulfillment
      return [{ fulfillment: { id, order, location, packages: packages.map((pack) => viewOfPackage(pack, products, materials)) } }]
    })
    return answer
  }
}
