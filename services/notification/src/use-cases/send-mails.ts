import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { afterSending, mayBeSent, MessageRules } from '../messages/after-sending.js'
import { compose } from '../messages/compose.js'
import { LetterForm } from '../messages/letter.js'
import { CustomerLinks } from '../messages/customer-links.js'
import { isAddress, Mailer, type Sending } from '../messages/mailer.js'
import type { MessageId, Outgoing } from '../messages/message.js'
import { Messages, type Attempt } from '../messages/messages.js'

export interface DueMail {
  readonly cause: Cause
  readonly message: MessageId
  /** How often this was handed over: more than once means that an earlier attempt ended without a record. */
  readonly attempt: number
}

/**
 * Sends what is due. The message was written down before and its Message-ID never changes. An attempt that left no record
 * (a crash between sending and recording) is repeated once: one extra copy at most, never a lost mail.
 */
@Injectable()
export class SendMails {
  constructor(
    private readonly messages: Messages,
    private readonly mailer: Mailer,
    private readonly form: LetterForm,
    private readonly rules: MessageRules,
    private readonly links: CustomerLinks,
  ) {}

  async run(due: readonly DueMail[]): Promise<void> {
    const outgoing = new Map((await this.messages.outgoing(due.map(({ message }) => message))).map((message) => [message.id, message]))
    const attempts = await Promise.all(
      due.flatMap(({ cause, message: id, attempt }) => {
        const found = outgoing.get(id)
        if (!found) return []
        const message = { ...found, maybeSent: found.maybeSent + attempt - 1 }
        return [this.attempt(message).then((sending): Attempt => ({ cause, message, sending }))]
      }),
    )
    await this.messages.settle(attempts, (message, sending, now) => afterSending(message, sending, now, this.rules))
  }

  private async attempt(message: Outgoing): Promise<Sending | null> {
    const { details } = message
    if (message.status !== 'QUEUED' || details === null) return null
    // what is said here is counted once more by `afterSending`: the attempts so far stand in `maybeSent` already
    if (!mayBeSent(message.maybeSent)) return { sending: 'uncertain', why: 'sent twice without a record: the process ended in between' }
    if (!isAddress(details.email)) return { sending: 'refused', why: 'the mail address is not one' }
    const letter = compose(message.occasion, details, message.descriptions, this.links)
    return this.mailer.send({ messageId: message.id, to: { name: details.name, address: details.email }, subject: letter.subject, ...this.form.render(letter) })
  }
}
