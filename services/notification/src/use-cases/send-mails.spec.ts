import { expect, it } from '@jest/globals'
import { asId, type TimerCause } from '@waybill/kernel'
import { details, links, occasionOf } from '../../test/samples.js'
import type { Next } from '../messages/after-sending.js'
import type { Letter } from '../messages/letter.js'
import { LetterForm } from '../messages/letter.js'
import { Mailer, type Mail, type Sending } from '../messages/mailer.js'
import type { MessageId, Outgoing } from '../messages/message.js'
import { Messages, type Attempt } from '../messages/messages.js'
import { SendMails } from './send-mails.js'

const id = asId<MessageId>('01938b1e-7c00-7000-8000-00000000000a')
const now = new Date('2026-11-23T10:00:00Z')
const cause: TimerCause = { kind: 'timer', timer: 'send-mail', subject: id, token: 't', correlationId: null, actor: 'timer', traceparent: null }
const unused = (): never => {
  throw new Error('not asked for here')
}

class OneMessage extends Messages {
  diesBeforeRecording = 0
  next: Next | undefined
  message: Outgoing = { id, order: details.order, occasion: occasionOf('order-expired'), status: 'QUEUED', details, isErased: false, descriptions: new Map(), tries: 0, maybeSent: 0, createdAt: now }

  override outgoing = (): Promise<readonly Outgoing[]> => Promise.resolve([this.message])
  override settle = (attempts: readonly Attempt[], decide: (message: Outgoing, sending: Sending, now: Date) => Next): Promise<void> => {
    if (this.diesBeforeRecording-- > 0) return Promise.reject(new Error('killed'))
    for (const { message, sending } of attempts) this.next = sending ? decide(message, sending, now) : undefined
    return Promise.resolve()
  }
  override intend = unused
  override keepOrders = unused
  override keepDetails = unused
  override eraseDetails = unused
  override check = unused
  override sendAgain = unused
  override list = unused
}

class Outbox extends Mailer {
  readonly mails: Mail[] = []
  override send = (mail: Mail): Promise<Sending> => {
    this.mails.push(mail)
    return Promise.resolve({ sending: 'accepted' })
  }
}

class PlainForm extends LetterForm {
  override render = (letter: Letter) => ({ html: letter.subject, text: letter.subject })
}

const rules = { retryFirstMs: 10, mailPatienceMs: 1_000, detailsPatienceMs: 1_000, firstCheckMs: 10 }
const setUp = () => {
  const [messages, outbox] = [new OneMessage(), new Outbox()]
  const sendMails = new SendMails(messages, outbox, new PlainForm(), rules, links)
  return { messages, outbox, hand: (attempt: number) => sendMails.run([{ cause, message: id, attempt }]) }
}

it('a crash between sending and recording costs one extra copy, with the same Message-ID', async () => {
  const { messages, outbox, hand } = setUp()
  messages.diesBeforeRecording = 1
  await expect(hand(1)).rejects.toThrow('killed')
  await hand(2)
  expect(messages.next).toEqual({ status: 'SENT' })
  expect(outbox.mails.map(({ messageId }) => messageId)).toEqual([id, id])
})

it('two crashes in the same place cost no third copy: a person decides', async () => {
  const { messages, outbox, hand } = setUp()
  messages.diesBeforeRecording = 2
  await expect(hand(1)).rejects.toThrow('killed')
  await expect(hand(2)).rejects.toThrow('killed')
  await hand(3)
  expect(outbox.mails).toHaveLength(2)
  expect(messages.next).toMatchObject({ status: 'UNKNOWN' })
})

it('what is erased, or sent already, is not sent', async () => {
  const { messages, outbox, hand } = setUp()
  messages.message = { ...messages.message, details: null }
  await hand(1)
  messages.message = { ...messages.message, details, status: 'SENT' }
  await hand(1)
  expect([outbox.mails.length, messages.next]).toEqual([0, undefined])
})
