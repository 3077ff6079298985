import { type AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { type ListenAt, type RunningSandbox, listen, sandboxServer } from '../http.js'
import { type MailFilter, Mailbox } from './mailbox.js'
import { listPage, mailPage } from './page.js'

/** How the mail catcher is to run. */
export interface MailCatcherOptions extends ListenAt {
  /** Where `mails.jsonl` and the mails lie. */
  readonly directory: string
  /** 0: any. */
  readonly smtpPort: number
  readonly port: number
}

/** A mail catcher that runs: `url` is its page's, `smtpUrl` where to send. */
export interface RunningMailCatcher extends RunningSandbox {
  readonly smtpUrl: string
}

const sizeMax = 10 * 1_024 * 1_024
const listMax = 200

/**
 * Starts a mail server that delivers nothing and keeps everything, to be read at its page and by `GET /v1/messages`.
 * Mail to `...@refused.example` is refused for good (550); to `...@busy.example` refused once per address (451).
 */
export async function startMailCatcher(options: MailCatcherOptions): Promise<RunningMailCatcher> {
  const mailbox = await Mailbox.open(options.directory)
  const turnedAway = new Set<string>()
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    size: sizeMax,
    onRcptTo: ({ address }, _session, callback) => {
      if (address.endsWith('@refused.example')) return callback(smtpError(550, 'No such mailbox'))
      if (address.endsWith('@busy.example') && !turnedAway.has(address)) {
        turnedAway.add(address)
        return callback(smtpError(451, 'Try again later'))
      }
      return callback()
    },
    onData: (stream, session, callback) => {
      const recipients = session.envelope.rcptTo.map(({ address }) => address)
      buffer(stream)
        .then((raw) => (stream.sizeExceeded ? Promise.reject(smtpError(552, 'The mail is too large')) : mailbox.keep(raw, recipients, new Date())))
        .then(
          (mail) => callback(null, `kept as ${mail.id}`),
          (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
        )
    },
  })
  await new Promise<void>((resolve, reject) => {
    smtp.once('error', reject)
    smtp.listen(options.smtpPort, options.host ?? '127.0.0.1', () => {
      smtp.off('error', reject)
      resolve()
    })
  })
  // A client that goes away in mid-sentence is its own affair; without a listener it would end the process.
  smtp.on('error', () => undefined)

  const server = sandboxServer()
  server.get<{ Querystring: MailFilter & { limit?: string } }>('/v1/messages', async ({ query }) => {
    const mails = mailbox.list(query)
    return { messages: mails.slice(0, query.limit === undefined ? undefined : Number(query.limit)), total: mails.length }
  })
  server.get<{ Params: { id: string } }>('/v1/messages/:id', async (request, reply) => {
    const found = await mailbox.read(request.params.id)
    if (found === undefined) return reply.status(404).send({ code: 'not-found', message: 'There is no such mail' })
    const { mail, parsed } = found
    return {
      ...mail,
      text: parsed.text ?? '',
      html: typeof parsed.html === 'string' ? parsed.html : null,
      headers: Object.fromEntries(parsed.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()])),
    }
  })
  server.get<{ Params: { id: string } }>('/v1/messages/:id/raw', async (request, reply) => {
    const raw = await mailbox.raw(request.params.id)
    if (raw === undefined) return reply.status(404).send({ code: 'not-found', message: 'There is no such mail' })
    return reply.type('message/rfc822').send(raw)
  })
  server.get('/v1/ledger', async () => ({ messages: mailbox.copies() }))
  server.get<{ Querystring: { to?: string } }>('/', async ({ query }, reply) => {
    const mails = mailbox.list(query.to ? { to: query.to } : {})
    return reply.type('text/html').send(listPage(mails.slice(0, listMax), mails.length, query.to ?? ''))
  })
  server.get<{ Params: { id: string } }>('/messages/:id', async (request, reply) => {
    const found = await mailbox.read(request.params.id)
    if (found === undefined) return reply.status(404).type('text/plain').send('There is no such mail.')
    return reply.type('text/html').header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-src 'self'").send(mailPage(found.mail, found.parsed))
  })
  server.get('/health', async () => ({ status: 'ok' }))

  const url = await listen(server, options)
  return {
    url,
    smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    stop: async () => {
      await new Promise<void>((resolve) => smtp.close(() => resolve()))
      await server.close()
      await mailbox.close()
    },
  }
}

const smtpError = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode })
