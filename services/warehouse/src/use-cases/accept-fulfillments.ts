import { Injectable } from '@nestjs/common'
import type { Cause, FulfillmentId } from '@waybill/kernel'
import { begin, type FulfillmentRequest } from '../fulfillments/answer.js'
import { answerRequests } from '../floor/answer-requests.js'
import { Floor } from '../floor/floor.js'
import { FloorPolicy } from '../floor/policy.js'

/** Takes on what orders ask of our locations, or says no. */
@Injectable()
export class AcceptFulfillments {
  constructor(
    private readonly floor: Floor,
    private readonly policy: FloorPolicy,
  ) {}

  async run(requests: readonly FulfillmentRequest[]): Promise<void> {
    await this.floor.change(requests, (tx, fresh) =>
      answerRequests(tx, this.policy, fresh.map((request) => {
        const { fulfillment, steps } = begin(request, tx.now)
        return { fulfillment, cause: request.cause, begun: steps }
      })))
  }

  /** The location did not become known in time. */
  async stopWaiting(due: readonly { readonly cause: Cause; readonly fulfillment: FulfillmentId }[]): Promise<void> {
    await this.floor.change(due, async (tx, fresh) => {
      const waiting = await tx.fulfillments.lock(fresh.map(({ fulfillment }) => fulfillment))
      await answerRequests(tx, this.policy, fresh.flatMap(({ cause, fulfillment: id }) => {
        const fulfillment = waiting.get(id)
        return fulfillment ? [{ fulfillment, cause }] : []
      }), true)
    })
  }
}
