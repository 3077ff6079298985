import { Injectable } from '@nestjs/common'
import type { Answered, Cause } from '@waybill/kernel'
import { capture } from '../capture/capture.js'
import { CaptureStore, type Door, type DueInput, type Incoming, type OrderAnswer } from '../capture/capture.store.js'
import { readSubmission, type Reading } from '../capture/read-submission.js'
import { refuse } from '../reading/fault.js'

/** Orders as they came, for one reason. */
export interface Handed {
  readonly cause: Cause
  readonly orders: readonly unknown[]
  /** The only channel whose orders the sender may hand in; undefined: any. */
  readonly onlyChannel: string | undefined
}

/** Takes orders: the one way in, whatever the door. Refuses one by one, with code and pointer. */
@Injectable()
export class CaptureOrders {
  constructor(private readonly store: CaptureStore) {}

  async run(door: Door, handed: readonly Handed[]): Promise<readonly Answered<readonly OrderAnswer[]>[]> {
    const reading: Reading = { unknownProperties: door === 'message' ? 'ignore' : 'refuse' }
    const arrivals = handed.map(({ cause, orders, onlyChannel }) => ({ cause, orders: orders.map((raw) => incoming(raw, reading, onlyChannel)) }))
    return this.store.capture(door, arrivals, capture)
  }

  async forgetRefused(due: readonly DueInput[]): Promise<void> {
    await this.store.forgetRefused(due)
  }
}

/** An order, read; refused if the sender may not hand it in. */
export function incoming(raw: unknown, reading: Reading, onlyChannel: string | undefined): Incoming {
  const read = readSubmission(raw, reading)
  if (onlyChannel !== undefined && 'reference' in read && read.channel !== onlyChannel)
    return { read: refuse('forbidden', '/channel', `You hand in orders of ${onlyChannel}`), raw }
  return { read, raw }
}
