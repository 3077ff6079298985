import { invariant, type Cause, type NewId, type ProductId } from '@waybill/kernel'
import type { Product } from '../catalogue/product.js'
import type { Fulfillment } from '../fulfillments/fulfillment.js'
import { inTote, type PickTask } from '../picking/pick-task.js'
import type { Pieces } from './materials-needed.js'
import type { Package, PackageContent, PackageStep } from './package.js'
import { planPackages, type PackingGround } from './plan-packages.js'

type Item = Pieces & Omit<PackageContent, 'product' | 'units' | 'packed'>

/** Plans the packages for what lies in the tote: by stocked line and lot, whatever bins it came from. */
export function openPackages(
  fulfillment: Fulfillment,
  tasks: readonly PickTask[],
  products: ReadonlyMap<ProductId, Product>,
  ground: PackingGround,
  newId: NewId,
  cause: Cause,
  /** Packages that were given up before. */
  numbersTaken: number,
): { readonly packages: readonly Package[]; readonly steps: readonly PackageStep[] } {
  const items = new Map<string, Item>()
  for (const task of tasks.filter((each) => inTote(each) > 0)) {
    const product = products.get(task.product)
    invariant(product !== undefined, 'what was picked is a product we know', { product: task.product })
    const { line, stockedLine, lot, expiresOn } = task
    const key = JSON.stringify([stockedLine, lot, expiresOn])
    items.set(key, { line, stockedLine, lot, expiresOn, product, units: (items.get(key)?.units ?? 0) + inTote(task) })
  }
  const packages = planPackages([...items.values()], ground).map((planned, index): Package => ({
    id: newId(),
    fulfillment: fulfillment.id,
    number: numbersTaken + index + 1,
    status: 'OPEN',
    carton: planned.carton,
    lengthMm: planned.lengthMm,
    widthMm: planned.widthMm,
    heightMm: planned.heightMm,
    expectedGrams: planned.expectedGrams,
    lightestGrams: planned.lightestGrams,
    weightGrams: null,
    sscc: null,
    trackingNumber: null,
    materials: planned.materials,
    instructions: planned.instructions,
    materialsTaken: false,
    contents: planned.contents.map(({ product, units, ...rest }) => ({ ...rest, product: product.product, units, packed: 0 })),
  }))
  return { packages, steps: packages.map(({ id }) => ({ subject: id, from: null, to: 'OPEN', cause })) }
}
