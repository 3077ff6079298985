import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually, removeData } from '@waybill/testing'
import { runningInstallation } from '../src/installation/addresses.js'

const run = promisify(execFile)

describe('npm start', () => {
  let directory: string
  let started: ChildProcess | undefined
  let said = ''
  const runner = join(import.meta.dirname, '..', 'run.mjs')
  const args = (): string[] => [runner, 'start', '--empty', '--infra', 'embedded', '--data', directory]
  const start = async (): Promise<void> => {
    said = ''
    const child = spawn(process.execPath, args(), { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    started = child
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}`)
      expect(said).toContain('Waybill is up.')
    }, 90_000)
  }
  /** Waits for its end; if that does not come, tells what it said last. */
  const ended = async (child: ChildProcess): Promise<number | null> => {
    await eventually(() => {
      if (child.exitCode === null) throw new Error(`goes on, and said last: ${said.slice(-2_000)}`)
    }, 60_000)
    return child.exitCode
  }
  const stop = async (): Promise<number | null> => {
    const child = started
    started = undefined
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null
    child.kill('SIGINT')
    return ended(child)
  }
  const pidFiles = async (): Promise<string[]> => (await readdir(directory, { recursive: true })).filter((file) => file.endsWith('.pid'))

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-start-'))
  })
  afterAll(async () => {
    await stop()
    await removeData(directory)
    await rm(directory, { recursive: true })
  })

  test('brings everything up, tells where, refuses a second one, and stops what it started', async () => {
    await start()
    const installation = await runningInstallation(directory)
    for (const url of Object.values(installation?.services ?? {})) {
      expect((await fetch(`${url}/health/ready`)).status).toBe(200)
      expect(said).toContain(url)
    }
    expect(Object.keys(installation?.services ?? {})).toHaveLength(7)
    await expect(run(process.execPath, args())).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/runs here already, as process \d+. Fix: stop that one/) })
    expect(await stop()).toBe(0)
    expect(said).toMatch(/Stopped\n$/)
    expect(await pidFiles()).toEqual([])
    expect(await runningInstallation(directory)).toBeUndefined()
  }, 150_000)

  test('a second start finds the data of the first, and a Ctrl-C in the middle stops what is up by then', async () => {
    await start()
    expect(said).toContain('Topics: all there')
    expect(await stop()).toBe(0)
    const child = spawn(process.execPath, args(), { stdio: ['ignore', 'ignore', 'inherit'] })
    await eventually(async () => expect(await pidFiles()).toContain(join('kafka', 'kafka.pid')), 60_000)
    child.kill('SIGINT')
    expect(await ended(child)).toBe(0)
    expect(await pidFiles()).toEqual([])
  }, 240_000)
})
