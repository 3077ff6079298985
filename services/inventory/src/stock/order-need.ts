import type { BusinessDate, ChannelId, FulfillmentId, LocationId, OrderId, ProductId, TransitionTable } from '@waybill/kernel'

/** Where an order stands in inventory. */
export type Phase = 'WAITING' | 'HELD' | 'FIRM' | 'REFUSED' | 'CLOSED'

/** WAITING: data of a product or lane is not here yet. HELD until confirmed. CLOSED: expired or cancelled, nothing is kept for it. */
export const phases: TransitionTable<Phase, 'answered' | 'refused' | 'confirmed' | 'ended'> = {
  WAITING: { answered: 'HELD', refused: 'REFUSED', ended: 'CLOSED' },
  HELD: { confirmed: 'FIRM', ended: 'CLOSED' },
  FIRM: { ended: 'CLOSED' },
  REFUSED: {},
  CLOSED: {},
}

/** An order as inventory needs to know it. */
export interface OrderNeed {
  readonly order: OrderId
  readonly phase: Phase
  readonly channel: ChannelId
  readonly country: string
  readonly forbiddenModes: readonly string[]
  /** 0 to 9; the queue serves the highest first. */
  readonly priority: number
  readonly placedAt: Date
  readonly receivedAt: Date
  /** How often no carrier service was found for a fulfillment of it. */
  readonly planRefusals: number
}

/** One stocked line of an order. Holds always: units = undecided + reserved + backordered + consumed + dropped. */
export interface NeedLine {
  readonly order: OrderId
  /** The ordered line it is part of; all its stocked lines are served together, in whole sets from one location. */
  readonly line: number
  readonly stockedLine: string
  readonly product: ProductId
  readonly units: number
  /** Units in one set, i.e. for one unit of the ordered line. */
  readonly perParent: number
  readonly undecided: number
  readonly reserved: number
  readonly backordered: number
  readonly consumed: number
  /** No longer needed: the order ended. */
  readonly dropped: number
  /** Number of the last grant. */
  readonly grants: number
  /** Locations that could not give it although their counts said so; forgiven when stock comes in there. */
  readonly avoid: readonly LocationId[]
  /** Of the backordered units, as last told; null: not known. */
  readonly promisedOn: BusinessDate | null
  /** The supply that decides the date. */
  readonly supply: string | null
  readonly backorderedAt: Date | null
}

export type ReservationStatus = 'HELD' | 'FIRM' | 'CONSUMED' | 'RELEASED'

/** The life of a reservation; one given back in part and consumed in part ends as CONSUMED. Source: domain section 4. */
export const reservationStates: TransitionTable<ReservationStatus, 'confirmed' | 'handed-over' | 'given-back'> = {
  HELD: { confirmed: 'FIRM', 'handed-over': 'CONSUMED', 'given-back': 'RELEASED' },
  FIRM: { 'handed-over': 'CONSUMED', 'given-back': 'RELEASED' },
  CONSUMED: {},
  RELEASED: {},
}

/** Units kept at one location for one stocked line: a row with the line's next grant number. */
export interface Grant {
  readonly order: OrderId
  readonly line: number
  readonly stockedLine: string
  readonly grant: number
  readonly product: ProductId
  readonly location: LocationId
  readonly units: number
  readonly consumed: number
  readonly released: number
  readonly status: ReservationStatus
  readonly grantedAt: Date
}

/** What of a grant is still kept. */
export const openOf = ({ units, consumed, released }: Grant): number => units - consumed - released

export type FulfillmentStatus = 'REQUESTED' | 'REJECTED' | 'PLAN_REFUSED' | 'HANDED_OVER'

/** A fulfillment as far as it concerns stock. Its end can be heard of before its request. */
export interface FulfillmentNeed {
  readonly fulfillment: FulfillmentId
  readonly order: OrderId
  readonly location: LocationId
  readonly status: FulfillmentStatus
}

/** What a fulfillment asks of one stocked line. */
export interface Share {
  readonly fulfillment: FulfillmentId
  readonly order: OrderId
  readonly location: LocationId
  readonly stockedLine: string
  readonly units: number
  readonly consumed: number
  /** Found missing, or given up with the fulfillment. */
  readonly dropped: number
  /** Asked of the floor, but kept elsewhere since: the floor will find them missing, or be lucky. */
  readonly displaced: number
}

/** Units of a share that the floor still works on and that are reserved for it. */
export const pendingOf = ({ units, consumed, dropped, displaced }: Share): number => Math.max(0, units - consumed - dropped - displaced)
