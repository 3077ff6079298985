import { SetMetadata } from '@nestjs/common'
import type { TopicDefinition } from '@waybill/contracts'
import type { Cause } from '@waybill/kernel'
import type { SqlClient } from '@waybill/messaging'
import type { PoolClient } from 'pg'
import type { TimerHandler } from './timer-runner.js'
import { writeTimers } from './timer-table.js'
import type { Due } from './timers.js'
import type { Tx, UnitOfWork } from './unit-of-work.js'

/** Some rows of a compacted topic's owner, in the order of their keys. */
export interface Telling {
  /** Begin after this key; '': at the first. */
  readonly after: string
  /** This key alone. */
  readonly only: string | null
  readonly limit: number
}

/** Publishes these rows as they are, and returns the keys. Reads them FOR SHARE: whoever changes one meanwhile has to publish after us. */
type TellAgain = (tx: Tx, cause: Cause, telling: Telling) => Promise<readonly string[]>

const TELLS_AGAIN = 'waybill:tells-again'
const KIND = 'tell-again'
/** Rows in one transaction. */
const PAGE = 500
/** Stands for all keys of a topic. */
const ALL = '*'

/**
 * Declares how the rows of a compacted topic are published again from their owner's table, on a store's method
 * `(tx, cause, telling) => Promise<keys>`: the topic keeps the latest for ever, and the journal only 7 days.
 */
export const TellsAgain = (topic: TopicDefinition): MethodDecorator => SetMetadata(TELLS_AGAIN, topic.name)

/** The topic whose rows a method tells again, or undefined. */
export const topicToldBy = (method: object): string | undefined => Reflect.getMetadata(TELLS_AGAIN, method) as string | undefined

/** Publishes compacted topics again, page by page, as a timer: what was asked for survives a restart. */
export class TellingAgain {
  private readonly tellers = new Map<string, TellAgain>()

  constructor(
    private readonly uow: UnitOfWork,
    private readonly timerSet: { readonly tell: (dueAt: Date) => void },
  ) {}

  /** The module's own, once it is there. */
  serve(topic: string, tellAgain: TellAgain): void {
    if (this.tellers.has(topic)) throw new Error(`Two methods tell ${topic} again`)
    this.tellers.set(topic, tellAgain)
  }

  get timer(): TimerHandler {
    return { kind: KIND, batch: 1, concurrency: 1, handle: (due) => this.tell(due) }
  }

  /** Part of the transaction of whoever asks. What nobody here tells is left out. */
  async ask(client: SqlClient, asked: readonly { readonly topic: string; readonly subject: string }[]): Promise<void> {
    const timers = asked
      .filter(({ topic }) => this.tellers.has(topic))
      .map(({ topic, subject }) => {
        const only = subject === ALL ? null : subject
        return { kind: KIND, subject: `${topic} ${subject}`, dueAt: new Date(0), payload: { topic, only, after: '' } }
      })
    await writeTimers(client as unknown as PoolClient, timers.map((timer) => ({ kind: timer.kind, subject: timer.subject, timer })))
    // A look that finds nothing yet comes again within a second.
    this.timerSet.tell(new Date(0))
  }

  private async tell(due: readonly Due[]): Promise<void> {
    await this.uow.change(due, async (tx, fresh) => {
      for (const { cause, subject, payload } of fresh) {
        const { topic, only, after } = payload as { topic: string; only: string | null; after: string }
        const keys = (await this.tellers.get(topic)?.(tx, cause, { after, only, limit: PAGE })) ?? []
        const last = keys.at(-1)
        if (only === null && keys.length === PAGE && last !== undefined) tx.schedule({ kind: KIND, subject, dueAt: tx.now, payload: { topic, only, after: last } })
      }
    })
  }
}
