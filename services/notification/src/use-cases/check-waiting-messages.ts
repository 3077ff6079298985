import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import type { MessageId } from '../messages/message.js'
import { Messages } from '../messages/messages.js'

/** Looks again at mails that wait for the customer's details: sends, waits longer, or tells a person. */
@Injectable()
export class CheckWaitingMessages {
  constructor(private readonly messages: Messages) {}

  async run(due: readonly { readonly cause: Cause; readonly message: MessageId }[]): Promise<void> {
    await this.messages.check(due)
  }
}
