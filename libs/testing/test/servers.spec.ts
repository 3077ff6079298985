import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { type Infrastructure, NoInfrastructure, findInfrastructure, freePort, removeData } from '../src/infrastructure/index.js'
import { rememberedProcess } from '../src/infrastructure/server-process.js'

describe('embedded PostgreSQL and Kafka', () => {
  let directory: string
  const running: Infrastructure[] = []
  const start = async (over: object = {}): Promise<Infrastructure> => {
    const found = await findInfrastructure({ purpose: 'data', force: 'embedded', directory, say: () => undefined, ...over })
    running.push(found)
    return found
  }
  const sql = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client(url)
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(text)).rows
    } finally {
      await client.end()
    }
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-servers-'))
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((found) => found.stop()))
    await removeData(directory)
    await rm(directory, { recursive: true })
  })

  test('a second start finds the data of the first, on the wanted ports or on others', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const kafkaPort = await freePort()
    const first = await start({ postgresPort: port })
    expect(new URL(first.postgresUrl).port).not.toBe(String(port))
    await sql(first.postgresUrl, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()
    taken.close()
    const second = await start({ postgresPort: port, kafkaPort })
    expect(await sql(second.postgresUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    expect(await sql(second.postgresUrl, "SELECT current_setting('fsync') AS fsync, current_setting('jit') AS jit")).toEqual([{ fsync: 'on', jit: 'off' }])
  }, 60_000)

  test('what a killed run left is stopped by the next, and the data is still there', async () => {
    const script = `
      import { findInfrastructure } from ${JSON.stringify(join(import.meta.dirname, '..', 'dist', 'infrastructure', 'index.js'))}
      const found = await findInfrastructure({ purpose: 'data', force: 'embedded', directory: ${JSON.stringify(directory)}, say: () => {} })
      console.log(found.postgresUrl)
      setInterval(() => {}, 1e9)
    `
    const killed = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [url] = (await once(killed.stdout, 'data')) as [Buffer]
    await sql(url.toString().trim(), 'CREATE TABLE kept AS SELECT 42 AS answer')
    await expect(start()).rejects.toThrow(NoInfrastructure)
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    const left = await rememberedProcess(join(directory, 'kafka', 'kafka.pid'))
    expect(left).toBeDefined()
    const next = await start()
    expect(await sql(next.postgresUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    expect(await rememberedProcess(join(directory, 'kafka', 'kafka.pid'))).not.toBe(left)
  }, 90_000)

  test('a server that does not start says why, with the end of its log', async () => {
    // Open to others, so that the data lies in it though root runs the test.
    await chmod(directory, 0o755)
    const first = await start()
    await first.stop()
    await rm(join(directory, 'postgres', 'data', 'global'), { recursive: true })
    await expect(start()).rejects.toThrow(/PostgreSQL .* did not start[^]*global/)
    expect(await readFile(join(directory, 'owner.pid'), 'utf8').catch(() => 'gone')).toBe('gone')
  }, 60_000)
})
