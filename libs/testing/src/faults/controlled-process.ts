import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'

/** A Node program to be controlled. */
export interface ProgramToControl {
  readonly name: string
  /** Its main file. */
  readonly file: string
  readonly args?: readonly string[]
  /** Over this process' own environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly nodeArgs?: readonly string[]
  /** When it is ready: it has printed a line that matches, this address answers 2xx, or (left out) at once. */
  readonly ready?: { readonly line: RegExp } | { readonly url: string }
  /** Unit: ms. Default: 60 s. */
  readonly readyWithin?: number
}

/** How a process ended: one of the two is set. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program in a process of its own that a test does to what machines and people do. */
export interface ControlledProcess {
  readonly pid: number
  readonly isRunning: boolean
  /** Everything it has printed since the first start, stdout and stderr. */
  readonly output: string
  /** The end of the present run, however it comes. */
  readonly ended: Promise<Ending>
  /** kill -9. Resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM. Answers how it ended; kills it and throws when it has not after `within` ms (30 s). */
  terminate(within?: number): Promise<Ending>
  /** SIGSTOP: it stands still, its connections stay open. */
  freeze(): void
  /** SIGCONT. */
  thaw(): void
  /** Starts it again after it has ended, with `env` over what it had before, and waits until it is ready. */
  start(env?: Readonly<Record<string, string>>): Promise<void>
  /** Sends a message to a program that listens on IPC. */
  send(message: object): void
  onMessage(listener: (message: unknown) => void): void
  /** For the end of a test: it is gone afterwards, frozen or not. */
  stop(): Promise<void>
}

/** Starts a program and waits until it is ready. Throws with the end of its output when it is not. */
export async function controlProcess(program: ProgramToControl): Promise<ControlledProcess> {
  const controlled = new Controlled(program)
  await controlled.start()
  return controlled
}

const LAST_CHARACTERS = 3_000

class Controlled implements ControlledProcess {
  output = ''
  private child: ChildProcess | undefined
  private end: Promise<Ending> | undefined
  private env: Readonly<Record<string, string>>
  private readonly listeners: ((message: unknown) => void)[] = []

  constructor(private readonly program: ProgramToControl) {
    this.env = program.env ?? {}
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.program.name} was never started`)
    return this.child.pid
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null
  }

  get ended(): Promise<Ending> {
    if (this.end === undefined) throw new Error(`${this.program.name} was never started`)
    return this.end
  }

  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.isRunning) throw new Error(`${this.program.name} runs already`)
    this.env = { ...this.env, ...env }
    const { file, args = [], nodeArgs = [] } = this.program
    const printedBefore = this.output.length
    const child = fork(file, args, {
      // Neither Jest's options nor a debugger of ours are for it; a group of its own, so that Ctrl-C reaches us alone.
      execArgv: [...nodeArgs],
      env: { ...process.env, NODE_OPTIONS: '', ...this.env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.child = child
    this.end = once(child, 'exit').then(([code, signal]) => ({ code: code as number | null, signal: signal as NodeJS.Signals | null }))
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text))
    child.on('message', (message) => this.listeners.forEach((listener) => listener(message)))
    controlled.add(child)
    child.once('exit', () => controlled.delete(child))
    await this.ready(printedBefore)
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL')
    await this.ended
  }

  async terminate(within = 30_000): Promise<Ending> {
    this.child?.kill('SIGTERM')
    const waited = new AbortController()
    const late = pause(within, undefined, waited).catch(() => undefined)
    const ending = await Promise.race([this.ended, late])
    waited.abort()
    if (ending !== undefined) return ending
    await this.kill()
    throw new Error(`${this.program.name} did not end within ${within} ms after SIGTERM.\n${this.lastWords()}`)
  }

  freeze(): void {
    this.child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.child?.kill('SIGCONT')
  }

  send(message: object): void {
    this.child?.send(message)
  }

  onMessage(listener: (message: unknown) => void): void {
    this.listeners.push(listener)
  }

  async stop(): Promise<void> {
    if (this.isRunning) await this.kill()
  }

  private async ready(printedBefore: number): Promise<void> {
    const { ready, readyWithin = 60_000, name } = this.program
    const deadline = Date.now() + readyWithin
    const isReady = async (): Promise<boolean> => {
      if (ready === undefined) return true
      return 'line' in ready ? ready.line.test(this.output.slice(printedBefore)) : answers(ready.url)
    }
    while (!(await isReady())) {
      if (!this.isRunning) {
        const { code, signal } = await this.ended
        throw new Error(`${name} ended with ${signal ?? `code ${code}`} before it was ready.\n${this.lastWords()}`)
      }
      if (Date.now() > deadline) {
        await this.kill()
        throw new Error(`${name} was not ready within ${readyWithin} ms.\n${this.lastWords()}`)
      }
      await pause(25)
    }
  }

  private lastWords(): string {
    return `The end of its output:\n${this.output.slice(-LAST_CHARACTERS)}`
  }
}

// A test run that ends early shall not leave processes, above all no frozen ones.
const controlled = new Set<ChildProcess>()
process.once('exit', () => controlled.forEach((child) => child.kill('SIGKILL')))

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await response.arrayBuffer()
    return response.ok
  } catch (error) {
    // Nobody listens yet, or too slowly: asked again.
    return error === undefined
  }
}
