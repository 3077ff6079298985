import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import nodemailer from 'nodemailer'
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
  }

  async send({ messageId, to, subject, html, text }: Mail): Promise<Sending> {
    try {
      await this.transport.sendMail({
        messageId: `<${messageId}@${this.domain}>`,
        from: this.access.mailFrom,
        // name and address apart: neither can become a second recipient or a header
        to: { name: to.name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' '), address: to.address },
        subject,
        html,
        text,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      })
      return { sending: 'accepted' }
    } catch (error) {
      return sendingOf(error)
    }
  }

  onApplicationShutdown(): void {
    this.transport.close()
  }
}

/** What an error of the SMTP conversation says about the mail. Replies of the server are told without what they quote: it could be an address. */
function sendingOf(error: unknown): Sending {
  const { code, command, responseCode } = errorParts(error)
  const why = responseCode === undefined ? `no answer (${code})` : `the mail server said ${responseCode}`
  if (responseCode !== undefined) return responseCode >= 500 ? { sending: 'refused', why } : { sending: 'later', why }
  if (code === 'EENVELOPE') return { sending: 'refused', why: 'the mail address is not one' }
  // once DATA has begun, a line that breaks says nothing of whether the mail was taken
  return command === 'DATA' ? { sending: 'uncertain', why } : { sending: 'later', why }
}

function errorParts(error: unknown): { code: string; command: string | undefined; responseCode: number | undefined } {
  const parts = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {}
  return {
    code: typeof parts['code'] === 'string' ? parts['code'] : error instanceof Error ? error.name : 'unknown',
    command: typeof parts['command'] === 'string' ? parts['command'] : undefined,
    responseCode: typeof parts['responseCode'] === 'number' ? parts['responseCode'] : undefined,
  }
}
