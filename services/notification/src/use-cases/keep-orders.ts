import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import type { OrderedLines } from '../messages/message.js'
import { Messages } from '../messages/messages.js'

/** Remembers what the lines of an order are called, for the mails about it. */
@Injectable()
export class KeepOrders {
  constructor(private readonly messages: Messages) {}

  async run(inputs: readonly { readonly cause: Cause; readonly order: OrderedLines }[]): Promise<void> {
    await this.messages.keepOrders(inputs)
  }
}
