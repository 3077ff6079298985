import type { Sending } from './mailer.js'

/** How patient this service is. */
export abstract class MessageRules {
  /** The first pause before a mail is tried again; later ones double, to an hour. */
  abstract readonly retryFirstMs: number
  /** A mail that could not be sent for so long is given to a person. */
  abstract readonly mailPatienceMs: number
  /** How long a mail waits for the customer's details before a person is told. */
  abstract readonly detailsPatienceMs: number
  /** The first look again at what was missing; later ones come at growing distances. */
  abstract readonly firstCheckMs: number
}

/** What becomes of a message after an attempt. */
export type Next =
  | { readonly status: 'SENT' }
  | { readonly status: 'QUEUED'; readonly at: Date; readonly why: string; readonly maybeSent: number }
  | { readonly status: 'FAILED'; readonly why: string }
  | { readonly status: 'UNKNOWN'; readonly why: string; readonly maybeSent: number }

const RETRY_MAX_MS = 3_600_000
/** One extra copy is the price of losing none; a second one is not paid. */
const MAYBE_SENT_MAX = 2

/** May it be sent (again), having gone out perhaps so many times? */
export const mayBeSent = (maybeSent: number): boolean => maybeSent < MAYBE_SENT_MAX

export function afterSending(
  message: { readonly tries: number; readonly maybeSent: number; readonly createdAt: Date },
  sending: Sending,
  now: Date,
  rules: Pick<MessageRules, 'retryFirstMs' | 'mailPatienceMs'>,
): Next {
  const maybeSent = message.maybeSent + (sending.sending === 'uncertain' ? 1 : 0)
  switch (sending.sending) {
    case 'accepted':
      return { status: 'SENT' }
    case 'refused':
      return { status: 'FAILED', why: sending.why }
    case 'uncertain':
      if (!mayBeSent(maybeSent)) return { status: 'UNKNOWN', why: sending.why, maybeSent }
      return { status: 'QUEUED', at: retryAt(message.tries, now, rules), why: sending.why, maybeSent }
    case 'later':
      if (now.getTime() - message.createdAt.getTime() >= rules.mailPatienceMs) return { status: 'FAILED', why: sending.why }
      return { status: 'QUEUED', at: retryAt(message.tries, now, rules), why: sending.why, maybeSent }
    default:
      return sending satisfies never
  }
}

const retryAt = (tries: number, now: Date, { retryFirstMs }: Pick<MessageRules, 'retryFirstMs'>): Date => new Date(now.getTime() + Math.min(retryFirstMs * 2 ** Math.min(tries, 20), RETRY_MAX_MS))
