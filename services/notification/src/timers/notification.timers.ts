import { Injectable } from '@nestjs/common'
import { asId } from '@waybill/kernel'
import { OnTimer, type Due } from '@waybill/service-kit'
import type { MessageId } from '../messages/message.js'
import { CheckWaitingMessages } from '../use-cases/check-waiting-messages.js'
import { SendMails } from '../use-cases/send-mails.js'

/** Mails that are due, and mails that wait. */
@Injectable()
export class NotificationTimers {
  constructor(
    private readonly sendMails: SendMails,
    private readonly checkWaiting: CheckWaitingMessages,
  ) {}

  // small batches: a crash between sending and recording sends all of its batch a second time
  @OnTimer('send-mail', { batch: 5, concurrency: 4 })
  async send(due: readonly Due[]): Promise<void> {
    await this.sendMails.run(due.map(({ cause, subject, attempt }) => ({ cause, message: asId<MessageId>(subject), attempt })))
  }

  @OnTimer('message-check')
  async check(due: readonly Due[]): Promise<void> {
    await this.checkWaiting.run(due.map(({ cause, subject }) => ({ cause, message: asId<MessageId>(subject) })))
  }
}
