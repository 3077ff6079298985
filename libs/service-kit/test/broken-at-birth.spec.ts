import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { openPool, withClient } from '../src/database.js'
import { openLogger, PinoLog } from '../src/logging.js'

/** One message of PostgreSQL: a letter, its length, what it says. */
function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(letter)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const LOGGED_IN = message('R', Buffer.from([0, 0, 0, 0]))
const READY = message('Z', Buffer.from('I'))
const ENDING = message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0'))

let server: Server
beforeEach(async () => {
  // it lets everybody in, and has ended before they can ask for anything
  server = createServer((socket: Socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(Buffer.concat([LOGGED_IN, READY, ENDING])))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
})

test('a connection that ends with its log-in fails who asked for it, and not the process', async () => {
  const log = new PinoLog(openLogger('sample', 'silent'))
  const pool = openPool(`postgres://sample:sample@127.0.0.1:${(server.address() as AddressInfo).port}/sample`, 'sample', 2, log)
  for (let time = 0; time < 3; time++) {
    await expect(withClient(pool, (client) => client.query('select 1'))).rejects.toThrow(/terminat|not queryable/)
  }
  await pool.end()
})
