import { Injectable } from '@nestjs/common'
import type { Cause, OrderId } from '@waybill/kernel'
import { Mirrors, type DeliveryDetails } from '../goods/mirrors.js'

/** Holds customers' names and addresses for labels, and forgets them when told to. */
@Injectable()
export class KeepDeliveryDetails {
  constructor(private readonly mirrors: Mirrors) {}

  async set(inputs: readonly { readonly cause: Cause; readonly details: DeliveryDetails }[]): Promise<void> {
    await this.mirrors.keepDetails(inputs)
  }

  async erase(inputs: readonly { readonly cause: Cause; readonly order: OrderId }[]): Promise<void> {
    await this.mirrors.eraseDetails(inputs)
  }
}
