/** Where a page of a list begins and how long it is. */
export interface PageFrom {
  readonly after: string | null
  readonly limit: number
}

export interface ReturnView {
  readonly return: string
  readonly order: string
  readonly status: string
  readonly by: string
  readonly policy: string
  readonly rule: string | null
  readonly location: string
  readonly sendBackUntil: string | null
  readonly refundedMinor: number | null
  readonly requestedAt: string
  readonly lines: readonly unknown[]
}

export interface FeedbackView {
  readonly feedback: string
  readonly order: string
  readonly shipment: string
  readonly status: string
  readonly carrier: string
  readonly products: readonly string[]
  readonly packages: readonly string[]
  readonly csat: number | null
  readonly nps: number | null
  readonly causes: readonly string[]
  readonly text: string | null
  readonly answeredAt: string | null
}

/** What can be sent back of an order, line by line. */
export interface ReturnableLine {
  readonly line: number
  readonly product: string
  readonly returnableUnits: number
  readonly until: string | null
}

/** Lists for people. Newest first. */
export abstract class CareQueries {
  abstract returns(filter: { readonly order: string | undefined; readonly status: string | undefined }, page: PageFrom): Promise<readonly ReturnView[]>
  abstract feedback(
    filter: { readonly order: string | undefined; readonly product: string | undefined; readonly package: string | undefined; readonly carrier: string | undefined },
    page: PageFrom,
  ): Promise<readonly FeedbackView[]>
  /** Undefined: no such order is known here. */
  abstract returnable(order: string): Promise<readonly ReturnableLine[] | undefined>
}
