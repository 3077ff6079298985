import type { BusinessDate, LocationId, ProductId } from '@waybill/kernel'

/** Units of one product on their way to one location, announced under the company's own code (a purchase order's, say). */
export interface Supply {
  readonly id: string
  readonly code: string
  readonly product: ProductId
  readonly location: LocationId
  readonly units: number
  readonly received: number
  readonly availableOn: BusinessDate
}

/** What of it has not come yet. */
export const outstanding = ({ units, received }: Supply): number => Math.max(0, units - received)
