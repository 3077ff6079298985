import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How long a server may take to stop politely, and then roughly, before it is killed. Unit: ms. */
const politeStopMs = 15_000
const roughStopMs = 5_000

/** What is needed to start one server of ours and to recognise it later. */
export interface ServerStart {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly user?: { readonly uid: number; readonly gid: number }
  /** Everything it prints goes here. */
  readonly logFile: string
  /** Remembers the process, so that a later start finds what a killed one left. */
  readonly pidFile: string
  /** Asks once whether it answers; throws when it does not yet. */
  readonly answers: () => Promise<void>
  readonly startMs: number
}

/** A server that we started. Stopping it twice is harmless. */
export interface ServerProcess {
  stop(signals: readonly NodeJS.Signals[]): Promise<void>
}

/**
 * Starts a server in a process group of its own (Ctrl-C in the terminal is for us, and we stop servers after their
 * users) and waits until it answers. Throws with the end of its log when it ends instead.
 */
export async function startServer(start: ServerStart): Promise<ServerProcess> {
  const log = openSync(start.logFile, 'a')
  const child = spawn(start.command, start.args, {
    stdio: ['ignore', log, log],
    detached: true,
    ...(start.env === undefined ? {} : { env: start.env }),
    ...(start.user === undefined ? {} : start.user),
  })
  closeSync(log)
  // The parent may end while the server runs on only by being killed; a normal end stops it, see `stop`.
  child.unref()
  let failed: Error | undefined
  child.on('error', (error) => {
    failed = error
  })
  await rememberProcess(start.pidFile, child.pid)
  const deadline = Date.now() + start.startMs
  for (;;) {
    const refusal = await start.answers().then(
      () => undefined,
      (error: unknown) => error,
    )
    if (refusal === undefined) return { stop: (signals) => stopChild(child, signals, start.pidFile) }
    if (failed !== undefined || hasEnded(child)) {
      await rm(start.pidFile, { force: true })
      const why = failed?.message ?? `ended with ${child.exitCode ?? child.signalCode}`
      throw new Error(`${start.name} did not start: ${why}.\n${await lastLines(start.logFile)}`, { cause: refusal })
    }
    if (Date.now() > deadline) {
      await stopChild(child, ['SIGKILL'], start.pidFile)
      throw new Error(`${start.name} gave no answer within ${start.startMs / 1000} s.\n${await lastLines(start.logFile)}`, {
        cause: refusal,
      })
    }
    await pause(50)
  }
}

async function stopChild(child: ChildProcess, signals: readonly NodeJS.Signals[], pidFile: string): Promise<void> {
  for (const [index, signal] of signals.entries()) {
    if (hasEnded(child)) break
    child.kill(signal)
    const patience = index === 0 ? politeStopMs : roughStopMs
    const waited = new AbortController()
    await Promise.race([once(child, 'exit', waited), pause(patience, undefined, waited)]).finally(() => waited.abort())
  }
  await rm(pidFile, { force: true })
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** Writes down which process this is: its number, and its start time because numbers are used again. */
export async function rememberProcess(pidFile: string, pid: number | undefined): Promise<void> {
  if (pid === undefined) return
  await writeFile(pidFile, JSON.stringify({ pid, since: await startOf(pid) }))
}

/** The process that a pid file speaks of, if that very process still lives. */
export async function rememberedProcess(pidFile: string): Promise<number | undefined> {
  const text = await readFile(pidFile, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { pid, since } = parseRemembered(text)
  return pid !== undefined && since !== undefined && (await startOf(pid)) === since ? pid : undefined
}

function parseRemembered(text: string): { pid?: number; since?: string } {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // Half a file: its writer was killed while it wrote, so it says nothing.
    return {}
  }
}

/** Stops the process of a pid file, if it still lives: what a killed run left behind. Answers whether there was one. */
export async function stopRemembered(pidFile: string, signals: readonly NodeJS.Signals[]): Promise<boolean> {
  const pid = await rememberedProcess(pidFile)
  if (pid !== undefined) {
    for (const [index, signal] of signals.entries()) {
      if (!isAlive(pid)) break
      process.kill(pid, signal)
      const deadline = Date.now() + (index === 0 ? politeStopMs : roughStopMs)
      while (isAlive(pid) && Date.now() < deadline) await pause(50)
    }
  }
  await rm(pidFile, { force: true })
  return pid !== undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** When a process started, in whatever words the system has for it; nothing when there is no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    if (stat === undefined) return undefined
    // The name in brackets may hold anything; the start time is the 20th field behind it, the state the first.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  }
  const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim() === '' ? undefined : stdout.trim()
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return `The end of ${file}:\n${text.trimEnd().split('\n').slice(-15).join('\n')}`
}
