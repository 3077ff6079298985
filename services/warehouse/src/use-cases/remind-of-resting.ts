import { Injectable } from '@nestjs/common'
import type { Cause, FulfillmentId } from '@waybill/kernel'
import { restMax } from '../fulfillments/fulfillment.js'
import { Floor } from '../floor/floor.js'

const LOOK_WITHIN_MS = 4 * 3_600_000

/** Nothing rests for ever: what has not moved in time is shown to a person. */
@Injectable()
export class RemindOfResting {
  constructor(private readonly floor: Floor) {}

  async run(due: readonly { readonly cause: Cause; readonly fulfillment: FulfillmentId }[]): Promise<void> {
    await this.floor.change(due, async (tx, fresh) => {
      const fulfillments = await tx.fulfillments.lock(fresh.map(({ fulfillment }) => fulfillment))
      const resting = fresh.flatMap(({ fulfillment: id, cause }) => {
        const fulfillment = fulfillments.get(id)
        return fulfillment && restMax[fulfillment.status] !== null ? [{ fulfillment, cause }] : []
      })
      await tx.fulfillments.save(resting.map(({ fulfillment }) => ({ ...fulfillment, overdue: true })), [])
      for (const { fulfillment, cause } of resting) {
        const { id, order, status, location, statusSince } = fulfillment
        tx.ask({
          kind: 'fulfillment-rests',
          subject: id,
          why: `${location}: ${status} since ${statusSince.toISOString()}`,
          owner: 'operator',
          dueAt: new Date(tx.now.getTime() + LOOK_WITHIN_MS),
          order,
          cause,
        })
      }
    })
  }
}
