import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type RunningMailCatcher, startMailCatcher } from '../src/sandbox/mail/server.js'

/** A mail client of the few words that are needed: says each line, answers the server's last reply. */
async function sendMail(smtpUrl: string, to: string, mail: string): Promise<string> {
  const { hostname, port } = new URL(smtpUrl)
  const socket = new Socket().setEncoding('utf8').connect(Number(port), hostname)
  const replies = createInterface(socket)[Symbol.asyncIterator]()
  const reply = async (): Promise<string> => {
    for (;;) {
      const { value } = await replies.next()
      if (!/^\d{3}-/.test(String(value))) return String(value)
    }
  }
  try {
    await reply()
    for (const line of ['EHLO test', 'MAIL FROM:<shop@waybill.example>', `RCPT TO:<${to}>`, 'DATA']) {
      socket.write(`${line}\r\n`)
      const answer = await reply()
      if (/^[45]/.test(answer)) return answer
    }
    socket.write(`${mail.replaceAll('\n', '\r\n')}\r\n.\r\n`)
    return await reply()
  } finally {
    socket.destroy()
  }
}

describe('mail catcher', () => {
  let directory: string
  let catcher: RunningMailCatcher
  const start = async () => {
    catcher = await startMailCatcher({ directory, port: 0, smtpPort: 0 })
  }
  const get = async (path: string) => (await fetch(`${catcher.url}${path}`)).json() as Promise<Record<string, unknown> & { messages: { id: string }[] }>
  const mail = (id: string, subject: string) => `Message-ID: <${id}@waybill>\nFrom: shop@waybill.example\nTo: ada@example.com\nSubject: ${subject}\n\nYour parcel <b> is on its way.`

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-mail-'))
    await start()
  })
  afterEach(async () => {
    await catcher.stop()
    await rm(directory, { recursive: true })
  })

  test('a mail is kept, found by receiver, subject and Message-ID, and is still there after a restart', async () => {
    expect(await sendMail(catcher.smtpUrl, 'ada@example.com', mail('one', '=?utf-8?q?Gr=C3=BC=C3=9Fe?='))).toMatch(/^250/)
    await catcher.stop()
    await start()
    for (const query of ['to=ADA@example.com', 'subject=gr%C3%BC', 'messageId=%3Cone@waybill%3E']) {
      expect(await get(`/v1/messages?${query}`)).toMatchObject({ total: 1, messages: [{ subject: 'Grüße', to: ['ada@example.com'] }] })
    }
    expect(await get('/v1/messages?to=eve@example.com')).toMatchObject({ total: 0 })
    expect(await get('/v1/messages/1')).toMatchObject({ messageId: '<one@waybill>', text: 'Your parcel <b> is on its way.\n' })
    expect((await sendMail(catcher.smtpUrl, 'ada@example.com', mail('two', 'again')))).toMatch(/^250/)
    expect((await get('/v1/messages')).messages.map(({ id }) => id)).toEqual(['2', '1'])
  })

  test('copies of one Message-ID are counted', async () => {
    await sendMail(catcher.smtpUrl, 'ada@example.com', mail('one', 'shipped'))
    await sendMail(catcher.smtpUrl, 'ada@example.com', mail('one', 'shipped'))
    expect(await get('/v1/ledger')).toMatchObject({ messages: [{ messageId: '<one@waybill>', copies: 2 }] })
  })

  test('some addresses are refused, others once', async () => {
    expect(await sendMail(catcher.smtpUrl, 'eve@refused.example', mail('a', 'a'))).toMatch(/^550/)
    expect(await sendMail(catcher.smtpUrl, 'bob@busy.example', mail('b', 'b'))).toMatch(/^451/)
    expect(await sendMail(catcher.smtpUrl, 'bob@busy.example', mail('b', 'b'))).toMatch(/^250/)
  })

  test('the pages show mails and run nothing that is in them', async () => {
    await sendMail(catcher.smtpUrl, 'ada@example.com', mail('one', '<script>alert(1)</script>'))
    for (const path of ['/', '/messages/1']) {
      const page = await (await fetch(`${catcher.url}${path}`)).text()
      expect(page).toContain('&#60;script&#62;')
      expect(page).not.toContain('<script>')
    }
    expect((await fetch(`${catcher.url}/messages/9`)).status).toBe(404)
  })
})
