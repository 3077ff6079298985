import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ParsedMail, simpleParser } from 'mailparser'
import { Ledger } from '../ledger.js'

/** A mail that was caught: what a list shows of it. One line of the ledger. */
export interface CaughtMail {
  readonly id: string
  /** The header as the sender wrote it. The same twice is a copy. */
  readonly messageId: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly at: string
}

/** Which mails: each given part must fit. */
export interface MailFilter {
  readonly to?: string
  /** Any part of the subject, in any case. */
  readonly subject?: string
  readonly messageId?: string
}

/** Keeps caught mails: one file a mail, and a ledger of them all. */
export class Mailbox {
  /** Mails are numbered, also over restarts. */
  private lastId: number

  private constructor(
    private readonly directory: string,
    private readonly ledger: Ledger<CaughtMail>,
  ) {
    this.lastId = ledger.entries.reduce((last, mail) => Math.max(last, Number(mail.id)), 0)
  }

  static async open(directory: string): Promise<Mailbox> {
    await mkdir(join(directory, 'mails'), { recursive: true })
    return new Mailbox(directory, await Ledger.open<CaughtMail>(join(directory, 'mails.jsonl')))
  }

  /** Keeps a mail. When this returns, it is on the disk. */
  async keep(raw: Buffer, recipients: readonly string[], now: Date): Promise<CaughtMail> {
    const parsed = await simpleParser(raw)
    this.lastId += 1
    const id = String(this.lastId)
    const mail: CaughtMail = {
      id,
      messageId: parsed.messageId ?? '',
      from: parsed.from?.text ?? '',
      to: recipients,
      subject: parsed.subject ?? '',
      at: now.toISOString(),
    }
    const file = await open(join(this.directory, 'mails', `${id}.eml`), 'w')
    try {
      await file.writeFile(raw)
      await file.datasync()
    } finally {
      await file.close()
    }
    await this.ledger.append(mail)
    return mail
  }

  /** Newest first. */
  list(filter: MailFilter): readonly CaughtMail[] {
    const subject = filter.subject?.toLowerCase()
    return this.ledger.entries
      .filter(
        (mail) =>
          (filter.to === undefined || mail.to.some((address) => address.toLowerCase() === filter.to?.toLowerCase())) &&
          (subject === undefined || mail.subject.toLowerCase().includes(subject)) &&
          (filter.messageId === undefined || mail.messageId === filter.messageId),
      )
      .toReversed()
  }

  /** How many copies of each Message-ID came in. */
  copies(): readonly { readonly messageId: string; readonly copies: number; readonly to: readonly string[]; readonly subject: string }[] {
    const counted = new Map<string, { messageId: string; copies: number; to: readonly string[]; subject: string }>()
    for (const { messageId, to, subject } of this.ledger.entries) {
      const before = counted.get(messageId)
      if (before === undefined) counted.set(messageId, { messageId, copies: 1, to, subject })
      else before.copies += 1
    }
    return [...counted.values()]
  }

  async raw(id: string): Promise<Buffer | undefined> {
    if (!this.ledger.entries.some((mail) => mail.id === id)) return undefined
    return readFile(join(this.directory, 'mails', `${id}.eml`))
  }

  async read(id: string): Promise<{ readonly mail: CaughtMail; readonly parsed: ParsedMail } | undefined> {
    const mail = this.ledger.entries.find((one) => one.id === id)
    const raw = await this.raw(id)
    return mail === undefined || raw === undefined ? undefined : { mail, parsed: await simpleParser(raw) }
  }

  close(): Promise<void> {
    return this.ledger.close()
  }
}
