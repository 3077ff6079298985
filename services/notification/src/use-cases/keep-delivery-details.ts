import { Injectable } from '@nestjs/common'
import type { Cause, OrderId } from '@waybill/kernel'
import type { Details } from '../messages/message.js'
import { Messages } from '../messages/messages.js'

/** Holds customers' names and mail addresses, and forgets them when told to. */
@Injectable()
export class KeepDeliveryDetails {
  constructor(private readonly messages: Messages) {}

  async set(inputs: readonly { readonly cause: Cause; readonly details: Details }[]): Promise<void> {
    await this.messages.keepDetails(inputs)
  }

  async erase(inputs: readonly { readonly cause: Cause; readonly order: OrderId }[]): Promise<void> {
    await this.messages.eraseDetails(inputs)
  }
}
