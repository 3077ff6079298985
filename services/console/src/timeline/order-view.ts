/** Where an order stands, as far as people watch it: the furthest step that any fact has shown. */
export const stages = ['placed', 'reserved', 'confirmed', 'planned', 'picking', 'packed', 'labelled', 'dispatched', 'delivered', 'completed'] as const
export type Stage = (typeof stages)[number]

export type OrderStatus = 'placed' | 'confirmed' | 'completed' | 'cancelled' | 'expired'

/** One order as the board shows it. Built from facts that may come in any order, so every field is a maximum, a first or a sum. */
export interface OrderView {
  readonly order: string
  readonly channel: string | null
  readonly reference: string | null
  readonly placedAt: string | null
  readonly country: string | null
  readonly currency: string | null
  readonly totalMinor: number | null
  readonly units: number | null
  readonly status: OrderStatus
  readonly stage: Stage
  /** Units waiting for supply now. */
  readonly backorderedUnits: number
  readonly deliveredUnits: number
  /** The last day promised for anything of the order, as told last. */
  readonly promisedTo: string | null
  readonly lastFact: string
  readonly lastAt: string
}

export const newView = (order: string): OrderView => ({
  order,
  channel: null,
  reference: null,
  placedAt: null,
  country: null,
  currency: null,
  totalMinor: null,
  units: null,
  status: 'placed',
  stage: 'placed',
  backorderedUnits: 0,
  deliveredUnits: 0,
  promisedTo: null,
  lastFact: '',
  lastAt: '1970-01-01T00:00:00.000Z',
})

/** The further of two stages. */
export const further = (a: Stage, b: Stage): Stage => (stages.indexOf(a) >= stages.indexOf(b) ? a : b)

const ends: readonly OrderStatus[] = ['completed', 'cancelled', 'expired']

/** An end stays: what is told of the order's life later changes nothing. */
export const nextStatus = (from: OrderStatus, to: OrderStatus): OrderStatus => (ends.includes(from) || (from === 'confirmed' && to === 'placed') ? from : to)
