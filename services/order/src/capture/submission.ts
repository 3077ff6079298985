import type { Customer, DeliveryAddress, DeliveryPreference, TransportMode } from '../orders/placed-order.js'
import { canonical } from '../reading/canonical.js'

/** An order as a channel hands it in, read and well-formed, but not yet held against channel, catalogue and prices. Amounts: minor units. */
export interface Submission {
  readonly channel: string
  readonly reference: string
  /** When the customer ordered; null: now. */
  readonly placedAt: Date | null
  /** Null: the channel's default. */
  readonly currency: string | null
  readonly customer: Customer
  readonly deliveryAddress: DeliveryAddress
  readonly preference: DeliveryPreference
  readonly forbiddenModes: readonly TransportMode[]
  readonly lines: readonly SubmittedLine[]
  readonly discountMinor: bigint | null
  readonly shippingMinor: bigint | null
  /** What the customer was told the order costs; checked to the minor unit. */
  readonly totalMinor: bigint | null
  readonly payment: { readonly token: string | null; readonly capturedMinor: bigint | null }
  readonly priority: number
}

export interface SubmittedLine {
  readonly product: string
  readonly units: number
  /** Option -> choice. */
  readonly options: Readonly<Record<string, string>>
  readonly unitPriceMinor: bigint | null
  /** Of the whole line. */
  readonly taxMinor: bigint | null
}

/** Between 0 and 9. */
export const PRIORITY_USUAL = 5

/**
 * All that the channel asked for, in one text: two submissions ask for the same exactly if their texts are equal.
 * Without channel and reference, which say which order it is.
 */
export function contentOf(submission: Submission): string {
  const { channel: _channel, reference: _reference, ...content } = submission
  return canonical(content)
}
