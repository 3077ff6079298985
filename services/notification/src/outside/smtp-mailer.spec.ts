import { afterEach, expect, it } from '@jest/globals'
import { createServer, type AddressInfo, type Server } from 'node:net'
import type { Mail } from '../messages/mailer.js'
import { SmtpMailer } from './smtp-mailer.js'

const mail: Mail = { messageId: '01938b1e-7c00-7000-8000-00000000000a', to: { name: 'Ada Lovelace', address: 'ada@example.com' }, subject: 'Your order', html: '<p>Hello</p>', text: 'Hello' }
let servers: Server[] = []
let mailers: SmtpMailer[] = []

afterEach(() => {
  for (const mailer of mailers) mailer.onApplicationShutdown()
  for (const server of servers) server.close()
  mailers = []
  servers = []
})

/** A mail server that says what it is told to, and cuts the line at a word instead of answering it. */
async function mailerTo(answers: Readonly<Record<string, string>>, cutAt?: string): Promise<{ readonly mailer: SmtpMailer; readonly said: string[] }> {
  const said: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('220 here\r\n')
    let text = ''
    let isData = false
    socket.on('data', (chunk) => {
      text += chunk.toString()
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end)
        text = text.slice(end + 2)
        said.push(line)
        const word = isData ? (line === '.' ? '.' : '') : (line.split(/[ :]/)[0] ?? '').toUpperCase()
        if (word === '') continue
        if (word === cutAt) return socket.destroy()
        isData = word === 'DATA' && answers['DATA'] === undefined
        socket.write(`${answers[word] ?? (isData ? '354 go on' : '250 fine')}\r\n`)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const mailer = new SmtpMailer({ smtpUrl: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, smtpTimeoutMs: 2_000, mailFrom: 'Shop <shop@waybill.example>' })
  mailers.push(mailer)
  return { mailer, said }
}

it('a mail that is taken is accepted, under the message\'s own Message-ID', async () => {
  const { mailer, said } = await mailerTo({})
  expect(await mailer.send(mail)).toEqual({ sending: 'accepted' })
  expect(said).toContain('Message-ID: <01938b1e-7c00-7000-8000-00000000000a@waybill.example>')
  expect(said).toContain('To: Ada Lovelace <ada@example.com>')
  expect(said).toContain('Auto-Submitted: auto-generated')
})

it('a line that breaks before the text went out: later', async () => {
  for (const word of ['MAIL', 'RCPT', 'DATA']) {
    const { mailer } = await mailerTo({}, word)
    expect(await mailer.send(mail)).toMatchObject({ sending: 'later' })
  }
})

it('a line that breaks after the text went out: nobody knows', async () => {
  const { mailer } = await mailerTo({}, '.')
  expect(await mailer.send(mail)).toMatchObject({ sending: 'uncertain' })
})

it('4xx is later, 5xx is never, and the answer is told without what it quotes', async () => {
  expect(await (await mailerTo({ RCPT: '451 try later' })).mailer.send(mail)).toEqual({ sending: 'later', why: 'the mail server said 451' })
  expect(await (await mailerTo({ RCPT: '550 no such user ada@example.com' })).mailer.send(mail)).toEqual({ sending: 'refused', why: 'the mail server said 550' })
  expect(await (await mailerTo({ '.': '554 spam' })).mailer.send(mail)).toEqual({ sending: 'refused', why: 'the mail server said 554' })
})

it('nobody there: later', async () => {
  const { mailer } = await mailerTo({})
  await new Promise((resolve) => servers[0]?.close(resolve))
  expect(await mailer.send(mail)).toMatchObject({ sending: 'later' })
})

it('a recipient stays one recipient, and no header is added', async () => {
  const { mailer, said } = await mailerTo({})
  await mailer.send({ ...mail, to: { name: 'Eve", <eve@example.com>\r\nBcc: all@example.com', address: 'ada@example.com' }, subject: 'Hello\r\nX-Evil: 1' })
  expect(said.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<ada@example.com>'])
  expect(said.filter((line) => /^(bcc|x-evil):/i.test(line))).toEqual([])
})
