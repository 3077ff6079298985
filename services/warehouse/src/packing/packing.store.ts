import type { Cause, FulfillmentId, JsonObject, LocationId } from '@waybill/kernel'
import type { RowOutcome } from '../bins/bins.store.js'
import type { Material, MaterialRule } from './material.js'
import type { MaterialNeed } from './materials-needed.js'
import type { Package, PackageStep } from './package.js'

/** A material of the company, and a delivery of it to a location. */
export interface MaterialSetup {
  readonly material: Material
  /** Units that came, under a number that is counted once. */
  readonly receipt: { readonly location: LocationId; readonly units: number; readonly number: string } | null
}

/** Packages and materials, inside a transaction. Packages are locked after their fulfillment, materials last. */
export interface Packing {
  materials(): Promise<ReadonlyMap<string, Material>>
  rules(): Promise<readonly MaterialRule[]>
  /** Units of each material at a location. */
  stock(location: LocationId): Promise<ReadonlyMap<string, number>>
  lockStock(location: LocationId, materials: readonly string[]): Promise<ReadonlyMap<string, number>>
  take(location: LocationId, needs: readonly MaterialNeed[], reference: string, cause: Cause): Promise<void>
  fulfillmentOfPackage(id: string): Promise<FulfillmentId | undefined>
  fulfillmentsOfSscc(ssccs: readonly string[]): Promise<ReadonlyMap<string, FulfillmentId>>
  packagesOf(fulfillments: readonly FulfillmentId[]): Promise<readonly Package[]>
  save(packages: readonly Package[], steps: readonly PackageStep[]): Promise<void>
  scan(pack: string, scanId: string): Promise<JsonObject | undefined>
  keepScan(pack: string, scanId: string, packer: string, answer: JsonObject): Promise<void>
  nextSsccSerials(count: number): Promise<readonly bigint[]>
  setUpMaterials(setups: readonly MaterialSetup[], cause: Cause): Promise<readonly RowOutcome['status'][]>
  setUpRules(rules: readonly MaterialRule[]): Promise<readonly RowOutcome['status'][]>
}
