import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { controlProcess, eventually, seeded, type ControlledProcess } from '../src/index.js'

const program = `
  import { createServer } from 'node:http'
  let ticks = 0
  setInterval(() => ticks++, 10)
  const server = createServer((_, answer) => answer.end(String(ticks)))
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => console.log('listens on ' + server.address().port + ' for ' + process.env.WHO))
  process.on('SIGTERM', () => process.env.DEAF || setTimeout(() => process.exit(3), 50))
  process.on('message', (message) => process.send({ heard: message }))
`

describe('a program under control', () => {
  let directory: string
  let file: string
  let running: ControlledProcess
  const port = (): string => /.*listens on (\d+)/s.exec(running.output)?.[1] ?? ''
  const ticks = async () => Number(await (await fetch(`http://127.0.0.1:${port()}/`, { signal: AbortSignal.timeout(500) })).text())
  const start = async (env: Record<string, string> = {}) => {
    running = await controlProcess({ name: 'a program', file, env: { WHO: 'tests', ...env }, ready: { line: /listens on/ }, readyWithin: 10_000 })
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-control-'))
    file = join(directory, 'program.mjs')
    await writeFile(file, program)
  })
  afterEach(() => running.stop())
  afterAll(() => rm(directory, { recursive: true }))

  test('killed, it ends without a word; started again it gets the changed environment and a new process', async () => {
    await start()
    expect(await ticks()).toBeGreaterThanOrEqual(0)
    const { pid } = running
    await running.kill()
    expect(await running.ended).toEqual({ code: null, signal: 'SIGKILL' })
    expect(running.isRunning).toBe(false)
    await running.start({ WHO: 'others' })
    expect(running.pid).not.toBe(pid)
    expect(running.output).toMatch(/for tests[^]*for others/)
  })

  test('asked to end, it says how it ended; one that is deaf is killed and reported', async () => {
    await start()
    expect(await running.terminate()).toEqual({ code: 3, signal: null })
    await running.start({ DEAF: 'yes' })
    await expect(running.terminate(200)).rejects.toThrow(/did not end within 200 ms/)
    expect(running.isRunning).toBe(false)
  })

  test('frozen, it stands still with its connections open; thawed, it goes on where it stood', async () => {
    await start()
    running.freeze()
    await expect(ticks()).rejects.toThrow(/timeout/)
    running.thaw()
    expect(await eventually(ticks)).toBeGreaterThanOrEqual(0)
    running.freeze()
    await running.stop()
    expect((await running.ended).signal).toBe('SIGKILL')
  })

  test('hears messages and answers them', async () => {
    await start()
    const heard: unknown[] = []
    running.onMessage((message) => heard.push(message))
    running.send({ hello: 1 })
    await eventually(() => expect(heard).toEqual([{ heard: { hello: 1 } }]))
  })

  test('a program that ends before it is ready is told with its last words', async () => {
    await start()
    const broken = join(directory, 'broken.mjs')
    await writeFile(broken, 'console.error("no luck today"); process.exitCode = 7')
    await expect(controlProcess({ name: 'broken', file: broken, ready: { line: /never/ } })).rejects.toThrow(/ended with code 7[^]*no luck today/)
  })
})

describe('seeded randomness', () => {
  const given = process.env['FAULT_SEED']
  afterEach(() => {
    if (given === undefined) delete process.env['FAULT_SEED']
    else process.env['FAULT_SEED'] = given
  })

  test('is the same again for the seed that it told, and stays in its bounds', () => {
    const first = seeded('a test of seeds')
    const drawn = Array.from({ length: 200 }, () => first.int(3, 9))
    process.env['FAULT_SEED'] = String(first.seed)
    const second = seeded('the same again')
    expect(Array.from({ length: 200 }, () => second.int(3, 9))).toEqual(drawn)
    expect(new Set(drawn)).toEqual(new Set([3, 4, 5, 6, 7, 8, 9]))
    expect(second.pick(['only'])).toBe('only')
    process.env['FAULT_SEED'] = 'monday'
    expect(() => seeded('wrong')).toThrow(/monday/)
  })
})
