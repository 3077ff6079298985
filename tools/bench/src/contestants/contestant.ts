import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** What a contestant in a process of its own is asked for: pieces to measure alone, or a server to be asked by others. */
export interface TaskArguments {
  readonly kafkaBrokers: string
  readonly databaseUrl?: string
  readonly topic?: string
  readonly count?: number
}

/** What it came to, as it measured itself: CPU as the operating system counts it. */
export interface TaskResult {
  readonly units: number
  readonly seconds: number
  readonly cpuMs: number
  readonly url?: string
}

/** A contestant's process. */
export class Contestant {
  private constructor(private readonly child: ChildProcess) {}

  static start(program: 'relay' | 'bus' | 'post', what: 'ours' | 'rival'): Contestant {
    return new Contestant(fork(join(import.meta.dirname, `${program}.main.js`), [what], { execArgv: ['--disable-warning=TimeoutNegativeWarning'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }))
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** Throws: when it ends instead of answering. */
  async ask(task: TaskArguments): Promise<TaskResult> {
    const gone = once(this.child, 'exit').then(([code]) => {
      throw new Error(`A contestant ended with ${String(code)}`)
    })
    this.child.send(task)
    try {
      const [result] = (await Promise.race([once(this.child, 'message'), gone])) as [TaskResult]
      return result
    } finally {
      gone.catch(() => undefined)
    }
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill('SIGKILL')
    await once(this.child, 'exit')
  }
}

/** The contestant's side: does what it is asked, one thing after the other. */
export function answerWith(tasks: Readonly<Record<string, (task: TaskArguments) => Promise<TaskResult>>>): void {
  const work = tasks[process.argv[2] ?? '']
  process.on('disconnect', () => process.exit(0))
  process.on('message', (task: TaskArguments) => {
    void (work?.(task) ?? Promise.reject(new Error('There is no such contestant'))).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
        process.exit(1)
      },
    )
  })
}

/** Measures work of this process alone. */
export async function own(units: number, work: () => Promise<unknown>): Promise<TaskResult> {
  const cpu = process.cpuUsage()
  const started = performance.now()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { units, seconds: (performance.now() - started) / 1_000, cpuMs: (user + system) / 1_000 }
}
