import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import type { MessageId, MessageStatus } from '../messages/message.js'
import { Messages, type Answered } from '../messages/messages.js'

/** A person asks to send again what failed, or what nobody knows the end of. */
@Injectable()
export class SendAgain {
  constructor(private readonly messages: Messages) {}

  async run(input: { readonly cause: Cause; readonly message: MessageId }): Promise<Answered<{ readonly status: MessageStatus } | null>> {
    return this.messages.sendAgain(input)
  }
}
