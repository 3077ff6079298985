import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { rememberProcess, stopRemembered } from '@waybill/testing'

/** A program that is kept running. */
export interface ProgramToRun {
  readonly name: string
  readonly file: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly nodeArgs?: readonly string[]
  /** Answers 2xx when the program does its work; left out: it is ready at once. */
  readonly readyUrl?: string
  /** Where its log and the note of its process lie. */
  readonly directory: string
  /** Ends the wait for a program that is not ready yet. */
  readonly signal: AbortSignal | undefined
  /** Told when it ended by itself and is started again. */
  readonly onCrash: (how: string) => void
}

/** How a process ended: by a signal or with a code. */
export interface Ending {
  readonly how: string
  /** We ended it. */
  readonly isAsked: boolean
}

const readyWithinMs = 60_000
const stopWithinMs = 30_000
const firstPauseMs = 250
const longestPauseMs = 10_000
/** A program that ran this long is well again: the pauses begin anew. */
const wellAfterMs = 30_000

/** Runs a program in a process of its own and starts it again whenever it ends by itself. */
export class SupervisedProcess {
  private child: ChildProcess | undefined
  private isStopping = false
  private isAsked = false
  private crashes = 0
  /** How it ended each time, and whether we ended it; the last one at the end. */
  readonly endings: Ending[] = []
  /** For the next start alone. */
  private envOnce: Readonly<Record<string, string>> = {}

  private constructor(private readonly program: ProgramToRun) {}

  /** Starts the program and waits until it is ready. Throws with the end of its log if it is not. */
  static async start(program: ProgramToRun): Promise<SupervisedProcess> {
    const supervised = new SupervisedProcess(program)
    await mkdir(program.directory, { recursive: true })
    // A killed `npm start` leaves its children; they hold the port.
    await stopRemembered(supervised.pidFile, ['SIGTERM', 'SIGKILL'])
    await supervised.spawn()
    try {
      await supervised.ready()
    } catch (error) {
      await supervised.stop()
      throw error
    }
    return supervised
  }

  get pid(): number | undefined {
    return this.child?.pid
  }

  /** Kills it as a power cut would; it is started again. Resolves when it is ready again. */
  async kill(): Promise<void> {
    await this.end('SIGKILL')
    await this.ready()
  }

  /** Ends it by this signal; it is started again, that once with more in its environment. Resolves when it has ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM', envOnce: Readonly<Record<string, string>> = {}): Promise<void> {
    const { child } = this
    if (hasEnded(child) || child === undefined) return
    this.envOnce = envOnce
    this.isAsked = true
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  /** Holds it still, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child?.kill(signal)
  }

  async stop(): Promise<void> {
    this.isStopping = true
    const { child } = this
    if (child !== undefined && !hasEnded(child)) {
      const waited = new AbortController()
      const ended = once(child, 'exit', waited)
      child.kill('SIGTERM')
      const late = pause(stopWithinMs, 'late', waited)
      if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL')
      waited.abort()
      await Promise.allSettled([ended, late])
    }
    await stopRemembered(this.pidFile, ['SIGKILL'])
  }

  /** Resolves when it answers. Throws if it does not in a minute. */
  async ready(): Promise<void> {
    const { readyUrl } = this.program
    if (readyUrl === undefined) return
    const deadline = Date.now() + readyWithinMs
    while (!(await answersOk(readyUrl))) {
      this.program.signal?.throwIfAborted()
      if (Date.now() > deadline || (this.crashes > 2 && hasEnded(this.child))) throw new Error(await this.notReady())
      await pause(100)
    }
  }

  private async spawn(): Promise<void> {
    const { file, args = [], env, nodeArgs = [], name } = this.program
    const log = openSync(this.logFile, 'a')
    const child = fork(file, args, {
      // V8 prefers memory to speed, and source maps are left out: a service at work takes 130 to 155 MB
      execArgv: ['--optimize-for-size', '--max-semi-space-size=2', '--disable-warning=TimeoutNegativeWarning', ...nodeArgs],
      env: { MALLOC_ARENA_MAX: '1', ...process.env, ...env, ...this.envOnce },
      // A group of its own: Ctrl-C is for us, and we stop in our order.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    this.child = child
    this.envOnce = {}
    const startedAt = Date.now()
    child.once('exit', (code, signal) => {
      if (this.isStopping) return
      // only who keeps ending by himself is made to wait
      if (!this.isAsked) this.crashes = Date.now() - startedAt > wellAfterMs ? 0 : this.crashes + 1
      this.endings.push({ how: signal ?? `code ${code}`, isAsked: this.isAsked })
      this.program.onCrash(`${name} ended with ${signal ?? `code ${code}`}`)
      const wait = this.isAsked ? firstPauseMs : Math.min(firstPauseMs * 2 ** this.crashes, longestPauseMs)
      this.isAsked = false
      setTimeout(() => {
        if (!this.isStopping) void this.spawn()
      }, wait)
    })
    await rememberProcess(this.pidFile, child.pid)
  }

  private async notReady(): Promise<string> {
    const text = await readFile(this.logFile, 'utf8')
    return `${this.program.name} is not ready. The end of ${this.logFile}:\n${text.trimEnd().split('\n').slice(-15).join('\n')}`
  }

  private get logFile(): string {
    return join(this.program.directory, `${this.program.name}.log`)
  }

  private get pidFile(): string {
    return join(this.program.directory, `${this.program.name}.pid`)
  }
}

const hasEnded = (child: ChildProcess | undefined): boolean => child === undefined || child.exitCode !== null || child.signalCode !== null

/** True when the address answers 2xx. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    // Not listening yet: the caller asks again.
    return false
  }
}
