import type { Abstract, Type } from '@nestjs/common'
import type { Writable } from 'node:stream'
import { assemble, type Assembled } from './assemble.js'
import { readAll, type Env } from './config.js'
import { kitConfig } from './kit-config.js'
import { layPlumbing, type Plumbing } from './plumbing.js'
import type { ServiceDefinition } from './service.js'
import { Stopping } from './stopping.js'
import { watchTimers } from './timer-metrics.js'

/** A running service. */
export interface RunningService {
  readonly url: string
  /** Stops in order (readiness off, consumers leave, HTTP drains, timers end, journal is sent, pools close), within 25 s. Safe to call twice. */
  stop(): Promise<void>
  /** Something the service's module provides: for tests and tools. */
  get<T>(token: Type<T> | Abstract<T>): T
}

export interface StartOptions {
  /** Called once when the service cannot go on by itself (its consumer died): the process has to end. */
  readonly onFatal: (error: Error) => void
  /** Where log lines go; default: stdout. */
  readonly logStream?: Writable
}

/**
 * Starts a service and touches nothing of the process: no signals, no exit, no environment but the one given.
 * Throws: ConfigError with every bad variable; what the database or Nest refuse. An unreachable broker is no reason not to start.
 */
export async function createService(service: ServiceDefinition, env: Env, options: StartOptions): Promise<RunningService> {
  const [config, module] = readAll(env, kitConfig, service.read)
  const plumbing = layPlumbing(service, config, options)
  let assembled: Assembled | undefined
  try {
    assembled = await assemble(service, module(), plumbing)
    const url = await start(service, assembled, plumbing)
    const { app } = assembled
    const stopping = new Stopping(assembled, plumbing)
    return { url, stop: () => stopping.stop(), get: (token) => app.get(token, { strict: false }) }
  } catch (error) {
    await new Stopping(assembled, plumbing).stop()
    throw error
  }
}

async function start(service: ServiceDefinition, { app, timers }: Assembled, plumbing: Plumbing): Promise<string> {
  const { config, log } = plumbing
  if (config.authDevelopmentKey !== undefined)
    log.warn('DEVELOPMENT ISSUER IS ON: anybody who reaches this service gets any role at /dev/token. Never set AUTH_DEVELOPMENT_KEY in production.')
  plumbing.delay.start()
  plumbing.metrics.number('waybill_event_loop_delay_seconds', 'How late the event loop is, 99th percentile of a second', () => plumbing.delay.p99Ms / 1_000)
  watchTimers(plumbing)
  await app.init()
  await plumbing.messaging.start()
  if (service.group !== undefined) await app.startAllMicroservices()
  plumbing.timerSet.tell = (dueAt) => timers.scheduled(dueAt)
  timers.start()
  plumbing.housekeeping.start()
  plumbing.sweeper.start()
  await app.listen(config.port, config.host)
  const url = await app.getUrl()
  log.info('service started', { url })
  return url
}
