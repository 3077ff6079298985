import { SetMetadata } from '@nestjs/common'
import type { JsonObject, TimerCause } from '@waybill/kernel'

/** A timer that came due, claimed for 30 s (renewed while its handler runs). */
export interface Due {
  readonly cause: TimerCause
  readonly subject: string
  readonly payload: JsonObject
  /** How often it has been handed over, from 1. */
  readonly attempt: number
  readonly dueAt: Date
}

export interface OnTimerOptions {
  /** Most timers handed over at once (default 100). 1 where each calls the outside world for long. */
  readonly batch?: number
  /** Batches of this kind worked on at once in this process (default 1). */
  readonly concurrency?: number
}

export const ON_TIMER = 'waybill:on-timer'

export interface TimerSubscription extends Required<OnTimerOptions> {
  readonly kind: string
}

/**
 * Declares the handler of one kind of timer: `(due: readonly Due[]) => Promise<void>`, called outside any transaction.
 * It may ask the outside world, then ends with `uow.change` over the causes: that consumes the timers, unless they were
 * set anew meanwhile. What is not consumed, or was thrown at, comes back later (1 s, doubling, to 30 s), with `attempt`.
 */
export const OnTimer = (kind: string, options: OnTimerOptions = {}): MethodDecorator =>
  SetMetadata(ON_TIMER, { kind, batch: options.batch ?? 100, concurrency: options.concurrency ?? 1 } satisfies TimerSubscription)
