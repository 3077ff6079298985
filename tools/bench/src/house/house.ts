import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@waybill/contracts'
import type { InstallationAddresses } from '@waybill/local'
import type { Answered, Asked, HouseOptions, ServicePids } from './messages.js'

/** Same as `npm start`: one process for all prefers memory to speed. */
const asStarted = ['--optimize-for-size', '--max-semi-space-size=4', '--disable-warning=TimeoutNegativeWarning']

/** A whole Waybill in processes of its own, to be measured. */
export class House {
  private constructor(
    private readonly child: ChildProcess,
    readonly addresses: InstallationAddresses,
    private servicePids: ServicePids,
    private readonly isInProcesses: boolean,
  ) {}

  /** Starts it on these servers. With `profileTo`, services can be profiled into that directory. Throws with the end of its log. */
  static async start(options: HouseOptions, profileTo?: string): Promise<House> {
    mkdirSync(options.directory, { recursive: true })
    const logFile = join(options.directory, 'house.log')
    const log = openSync(logFile, 'w')
    const child = fork(join(import.meta.dirname, 'house.main.js'), [], {
      execArgv: asStarted,
      env: { MALLOC_ARENA_MAX: '1', ...process.env, ...(profileTo === undefined ? {} : { NODE_OPTIONS: `--import=${import.meta.resolve('../frame/profiler.preload.js')}`, BENCH_PROFILES: profileTo }) },
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    try {
      const { addresses, pids = [] } = await ask(child, { ask: 'start', options })
      if (!addresses) throw new Error('The house has no address')
      return new House(child, addresses, pids, options.processes)
    } catch (error) {
      child.kill('SIGTERM')
      throw new Error(`The house did not start: ${String(error)}\n${(await readFile(logFile, 'utf8')).split('\n').slice(-15).join('\n')}`, { cause: error })
    }
  }

  /** Processes to count CPU of, by name: each service, or all in one; what only holds or surrounds them under names of their own. */
  pids(): ReadonlyMap<number, string> {
    const { pid } = this.child
    const named = new Map<number, string>(this.servicePids.map(([service, each]) => [each, service]))
    if (pid !== undefined) named.set(pid, this.isInProcesses ? 'holder' : 'services')
    for (const sandbox of childrenOf(pid)) if (!named.has(sandbox)) named.set(sandbox, 'outside')
    return named
  }

  /** Processes of the services alone. */
  productPids(): readonly number[] {
    if (this.isInProcesses) return this.servicePids.map(([, pid]) => pid)
    return this.child.pid === undefined ? [] : [this.child.pid]
  }

  /** Holds services still, or lets them go on. Only where each has its process. */
  async signal(services: readonly ServiceName[], signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    for (const service of services) await ask(this.child, { ask: 'signal', service, signal })
  }

  /** Begins to profile the services, or ends it and keeps the profiles. */
  async profile(isOn: boolean): Promise<void> {
    for (const pid of this.productPids()) process.kill(pid, 'SIGUSR2')
    // to connect, or to write the file
    await pause(isOn ? 200 : 3_000)
  }

  /** kill -9; resolves when it is ready again. */
  async kill(service: ServiceName): Promise<void> {
    const { pids } = await ask(this.child, { ask: 'kill', service })
    this.servicePids = pids ?? this.servicePids
  }

  /** One more process of a service. */
  async another(service: ServiceName): Promise<void> {
    const { pids } = await ask(this.child, { ask: 'another', service })
    this.servicePids = pids ?? this.servicePids
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    // who is held still cannot end
    for (const [, pid] of this.servicePids) continueProcess(pid)
    await ask(this.child, { ask: 'stop' })
    await Promise.race([ended, pause(10_000)])
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL')
  }
}

function continueProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // it has ended
  }
}

/** CPU that belongs to the product: what surrounds it is named and not counted. */
export const isProduct = (name: string): boolean => name !== 'outside' && name !== 'holder'

let chain: Promise<unknown> = Promise.resolve()

/** One question at a time. Throws what the child could not do. */
function ask(child: ChildProcess, asked: Asked): Promise<Answered> {
  const turn = chain.then(async () => {
    const ended = new AbortController()
    const answer = once(child, 'message', ended) as Promise<[Answered]>
    const gone = once(child, 'exit', ended).then(([code, signal]: (string | number | null)[]) => {
      throw new Error(`it ended with ${code ?? signal}`)
    })
    child.send(asked)
    try {
      const [answered] = await Promise.race([answer, gone])
      if (answered.failed !== undefined) throw new Error(answered.failed)
      return answered
    } finally {
      ended.abort()
      gone.catch(() => undefined)
      answer.catch(() => undefined)
    }
  })
  chain = turn.catch(() => undefined)
  return turn
}

function childrenOf(pid: number | undefined): readonly number[] {
  if (pid === undefined || process.platform !== 'linux') return []
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number))
}
