import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import nodemailer from 'nodemailer'
import { Readable } from 'node:stream'
import { Mailer, type Mail, type Sending } from '../messages/mailer.js'

/** The mail server, and who mails come from. */
export abstract class SmtpAccess {
  abstract readonly smtpUrl: string
  abstract readonly smtpTimeoutMs: number
  abstract readonly mailFrom: string
}

/** Connections kept open side by side. */
const CONNECTIONS = 4
/** Mails over one connection before it is made anew. */
const MAILS_PER_CONNECTION = 100

/** Mail by SMTP. */
@Injectable()
export class SmtpMailer extends Mailer implements OnApplicationShutdown {
  private readonly transport
  private readonly domain: string
  /** Mails in flight, and whether the server has begun to take their text. */
  private readonly inFlight = new Map<string, { hasBegun: boolean }>()

  constructor(private readonly access: SmtpAccess) {
    super()
    this.domain = /@([^\s>]+)>?\s*$/.exec(access.mailFrom)?.[1] ?? 'localhost'
    this.transport = nodemailer.createTransport({
      url: access.smtpUrl,
      pool: true,
      maxConnections: CONNECTIONS,
      maxMessages: MAILS_PER_CONNECTION,
      connectionTimeout: access.smtpTimeoutMs,
      greetingTimeout: access.smtpTimeoutMs,
      socketTimeout: access.smtpTimeoutMs,
      // nothing of a mail is ever read from a file or fetched from a URL
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    this.transport.use('stream', (mail, done) => {
      const flight = this.inFlight.get(String(mail.data.messageId))
      if (flight) mail.message.processFunc((text) => Readable.from(noted(text, flight)))
      done()
    })
  }

  async send(mail: Mail): Promise<Sending> {
    const messageId = `<${mail.messageId}@${this.domain}>`
    const flight = { hasBegun: false }
    this.inFlight.set(messageId, flight)
    try {
      await this.transport.sendMail({
        messageId,
        from: this.access.mailFrom,
        // name and address apart: neither can become a second recipient or a header
        to: { name: mail.to.name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' '), address: mail.to.address },
        subject: mail.subject,
        html: mail.html,
        text: mail.text,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      })
      return { sending: 'accepted' }
    } catch (error) {
      return sendingOf(error, flight.hasBegun)
    } finally {
      this.inFlight.delete(messageId)
    }
  }

  onApplicationShutdown(): void {
    this.transport.close()
  }
}

/** Passes a mail's text on, and notes when the server asks for it: it does after its answer to DATA, not before. */
async function* noted(text: Readable, flight: { hasBegun: boolean }): AsyncGenerator<Buffer> {
  for await (const chunk of text) {
    flight.hasBegun = true
    yield chunk as Buffer
  }
}

/** What an error of the SMTP conversation says about the mail. Replies are told by their number alone: what they quote could be an address. */
function sendingOf(error: unknown, hasBegun: boolean): Sending {
  const { code, responseCode } = errorParts(error)
  const why = responseCode === undefined ? `no answer (${code})` : `the mail server said ${responseCode}`
  if (responseCode !== undefined) return responseCode >= 500 ? { sending: 'refused', why } : { sending: 'later', why }
  if (code === 'EENVELOPE') return { sending: 'refused', why: 'the mail address is not one' }
  // once the text is on its way, a line that breaks says nothing of whether the mail was taken
  return hasBegun ? { sending: 'uncertain', why } : { sending: 'later', why }
}

function errorParts(error: unknown): { code: string; responseCode: number | undefined } {
  const parts = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {}
  return {
    code: typeof parts['code'] === 'string' ? parts['code'] : error instanceof Error ? error.name : 'unknown',
    responseCode: typeof parts['responseCode'] === 'number' ? parts['responseCode'] : undefined,
  }
}
