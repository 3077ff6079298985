import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { eventually, freePort, loopback } from '@waybill/testing'
import { SupervisedProcess, type ProgramToRun } from '../src/installation/supervised-process.js'

describe('a supervised process', () => {
  let directory: string
  let running: SupervisedProcess | undefined
  const crashes: string[] = []
  const program = async (source: string): Promise<ProgramToRun & { readonly readyUrl: string }> => {
    const file = join(directory, 'program.mjs')
    await writeFile(file, source)
    const port = await freePort()
    return {
      name: 'program',
      file,
      args: [String(port)],
      readyUrl: `http://${loopback}:${port}/`,
      directory,
      signal: undefined,
      onCrash: (how) => crashes.push(how),
    }
  }
  const server = `
    import { createServer } from 'node:http'
    createServer((request, response) => {
      if (request.url === '/crash') process.exit(7)
      response.end(String(process.pid))
    }).listen(Number(process.argv[2]), '127.0.0.1')
  `
  const pidAt = async (url: string): Promise<string> => (await fetch(url)).text()
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-process-'))
    crashes.length = 0
  })
  afterEach(async () => {
    await running?.stop()
    running = undefined
    await rm(directory, { recursive: true })
  })

  test('is ready when it answers, and gone when it is stopped', async () => {
    const what = await program(server)
    running = await SupervisedProcess.start(what)
    const pid = Number(await pidAt(what.readyUrl))
    expect(pid).toBe(running.pid)
    await running.stop()
    expect(isAlive(pid)).toBe(false)
    expect(await readFile(join(directory, 'program.pid'), 'utf8').catch(() => 'gone')).toBe('gone')
  })

  test('is started again when it ends by itself or is killed', async () => {
    const what = await program(server)
    running = await SupervisedProcess.start(what)
    const first = await pidAt(what.readyUrl)
    await fetch(`${what.readyUrl}crash`).catch(() => undefined)
    await eventually(async () => expect(await pidAt(what.readyUrl)).not.toBe(first), 10_000)
    const second = await pidAt(what.readyUrl)
    await running.kill()
    expect(await pidAt(what.readyUrl)).not.toBe(second)
    expect(crashes).toEqual(['program ended with code 7', 'program ended with SIGKILL'])
  })

  test('what a killed supervisor left is stopped before the port is needed', async () => {
    const what = await program(server)
    const lost = await SupervisedProcess.start(what)
    const first = await pidAt(what.readyUrl)
    running = await SupervisedProcess.start({ ...what, onCrash: () => undefined })
    expect(await pidAt(what.readyUrl)).not.toBe(first)
    await lost.stop()
  })

  test('one that never gets ready says why with the end of its log', async () => {
    const what = await program('console.log("no database"); process.exit(3)')
    await expect(SupervisedProcess.start(what)).rejects.toThrow(/program is not ready[^]*no database/)
  })
})
