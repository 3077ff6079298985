import type { TimelineEntry } from './describe-fact.js'
import type { OrderStatus, OrderView, Stage } from './order-view.js'

/** Something that waits, or waited, for a person. */
export interface TaskView {
  readonly task: string
  readonly kind: string
  readonly subject: string
  readonly order: string | null
  readonly owner: string
  readonly why: string
  readonly service: string
  readonly dueAt: string
  readonly openedAt: string
  readonly closedAt: string | null
  readonly resolution: string | null
}

export interface OrderFilter {
  readonly status: OrderStatus | undefined
  readonly stage: Stage | undefined
  readonly channel: string | undefined
  /** Order id or reference, or the beginning of a reference. */
  readonly search: string | undefined
}

/** How many orders stand where. */
export interface Board {
  readonly orders: number
  readonly byStatus: Readonly<Record<string, number>>
  readonly byStage: Readonly<Record<string, number>>
  readonly openTasks: number
  readonly latest: readonly OrderView[]
}

/** Reads for people. */
export abstract class TimelineQueries {
  abstract orders(filter: OrderFilter, after: { readonly placedAt: string; readonly order: string } | null, limit: number): Promise<readonly OrderView[]>
  /** Undefined: never heard of. */
  abstract order(order: string): Promise<OrderView | undefined>
  abstract timeline(order: string, after: { readonly at: string; readonly eventId: string } | null, limit: number): Promise<readonly TimelineEntry[]>
  abstract tasks(
    filter: { readonly state: 'open' | 'closed'; readonly owner: string | undefined; readonly kind: string | undefined; readonly order: string | undefined },
    after: { readonly dueAt: string; readonly task: string } | null,
    limit: number,
  ): Promise<readonly TaskView[]>
  abstract board(): Promise<Board>
}
