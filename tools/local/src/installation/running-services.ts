import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type RunningService, type ServiceDefinition, createService } from '@waybill/service-kit'
import { freePort } from '@waybill/testing'
import { local } from './environment.js'
import { SupervisedProcess, answersOk } from './supervised-process.js'

/** A service of the installation that is kept running. */
export interface KeptService {
  readonly name: string
  readonly url: string
  /** Kills its process as a power cut would, and waits until it is back. Only where it has a process of its own. */
  kill(): Promise<void>
  stop(): Promise<void>
  /** Its process, where it has one of its own. */
  readonly process: SupervisedProcess | undefined
  /** Starts one more of it beside it, on any port. Only where it has a process of its own. */
  startAnother(): Promise<SupervisedProcess>
}

/** What is needed to keep a service running. */
export interface ServiceToKeep {
  readonly service: ServiceDefinition
  readonly env: Readonly<Record<string, string>>
  readonly port: number
  /** Where its log lies. */
  readonly logs: string
  readonly signal: AbortSignal | undefined
  readonly say: (line: string) => void
}

const readyWithinMs = 60_000

/** A process per service, as in containers. */
export async function keepInProcess({ service, env, port, logs, signal, say }: ServiceToKeep): Promise<KeptService> {
  const url = local(port)
  const program = {
    name: service.name,
    file: join(import.meta.dirname, '..', '..', '..', '..', 'services', service.name, 'dist', 'main.js'),
    env,
    nodeArgs: ['--max-old-space-size=256'],
    directory: logs,
    signal,
    onCrash: (how: string) => say(`Service: ${how}; it is started again`),
  }
  const running = await SupervisedProcess.start({ ...program, readyUrl: `${url}/health/ready` })
  let others = 0
  const startAnother = async (): Promise<SupervisedProcess> => {
    others += 1
    const another = await freePort()
    return SupervisedProcess.start({ ...program, name: `${service.name}-${others + 1}`, env: { ...env, PORT: String(another) }, readyUrl: `${local(another)}/health/ready` })
  }
  return { name: service.name, url, process: running, kill: () => running.kill(), stop: () => running.stop(), startAnother }
}

/** All in this process: the lightest way. A service that gives up is started again, alone. */
export async function keepHere({ service, env, port, logs, signal, say }: ServiceToKeep): Promise<KeptService> {
  await mkdir(logs, { recursive: true })
  const logStream = createWriteStream(join(logs, `${service.name}.log`), { flags: 'a' })
  let isStopping = false
  let running: RunningService | undefined
  const start = async (): Promise<void> => {
    running = await createService(service, env, { onFatal: (error) => void startAgain(error), logStream })
  }
  const startAgain = async (error: Error): Promise<void> => {
    say(`Service: ${service.name} gave up (${error.message}); it is started again`)
    while (!isStopping) {
      await running?.stop()
      try {
        return await start()
      } catch (again) {
        say(`Service: ${service.name} does not start: ${String(again)}`)
        await pause(5_000)
      }
    }
  }
  await start()
  const url = local(port)
  const deadline = Date.now() + readyWithinMs
  while (!(await answersOk(`${url}/health/ready`))) {
    signal?.throwIfAborted()
    if (Date.now() > deadline) throw new Error(`${service.name} started and is not ready; see ${join(logs, `${service.name}.log`)}`)
    await pause(50)
  }
  const shares = () => Promise.reject(new Error(`${service.name} shares its process: start with --processes`))
  return {
    name: service.name,
    url,
    process: undefined,
    kill: shares,
    startAnother: shares,
    stop: async () => {
      isStopping = true
      await running?.stop()
      await new Promise<void>((resolve) => logStream.end(() => resolve()))
    },
  }
}
