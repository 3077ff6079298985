import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { UnitOfWork } from '@waybill/service-kit'
import type { Answered } from '../lanes/lanes.js'
import type { Shipment } from '../shipments/shipment.js'
import { Shipments, type About, type Decided } from '../shipments/shipments.js'
import { ShippingRules, type World } from '../shipments/world.js'
import { ShipmentDesk } from './shipment-desk.js'

@Injectable()
export class PostgresShipments extends Shipments {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly rules: ShippingRules,
  ) {
    super()
  }

  async change<I extends { readonly cause: Cause }, R = void>(
    inputs: readonly I[],
    about: (input: I) => About,
    decide: (input: I, shipment: Shipment, world: World) => Decided<R>,
  ): Promise<readonly Answered<R>[]> {
    const outcomes = await this.uow.change<I, { readonly result: R | undefined }>(inputs, async (tx, fresh) => {
      const desk = await ShipmentDesk.open(tx, fresh.map((input) => ({ about: about(input), cause: input.cause })), this.rules)
      const results = fresh.map((input) => {
        const shipment = desk.find(about(input))
        if (!shipment) return { result: undefined }
        const decided = decide(input, shipment, desk.world(shipment))
        desk.take(decided, input.cause)
        return { result: decided.result }
      })
      await desk.save()
      return results
    })
    return outcomes.map(({ result, ...outcome }) => ({ ...outcome, result: result?.result }))
  }
}
