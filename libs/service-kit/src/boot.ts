import type { Abstract, Type } from '@nestjs/common'
import type { Writable } from 'node:stream'
import type { Env } from './config.js'
import type { ServiceDefinition } from './service.js'

/** A running service. */
export interface RunningService {
  readonly url: string
  /** Stops in order (readiness off, consumers leave, HTTP drains, journal sent, timers, pools), within 25 s. Safe to call twice. */
  stop(): Promise<void>
  /** Something the service's module provides: for tests and tools. */
  get<T>(token: Type<T> | Abstract<T>): T
}

export interface StartOptions {
  /** Called once when the service cannot go on by itself (its consumer died): the process has to end. */
  readonly onFatal: (error: Error) => void
  /** Where log lines go; default: stdout, or nowhere in tests. */
  readonly logStream?: Writable
}

/** Starts a service and touches nothing of the process: no signals, no exit, no environment but the one given. */
export function createService(service: ServiceDefinition, env: Env, options: StartOptions): Promise<RunningService> {
  return Promise.reject(new Error(`${service.name} ${Object.keys(env).length} ${String(options.logStream)}`))
}

/** The whole of a service's main.ts: environment, signals, exit codes. */
export async function main(service: ServiceDefinition): Promise<void> {
  await createService(service, process.env, { onFatal: () => process.exit(1) })
}

/** Brings a service's database to this build's schema: tables of messaging, of the kit, of the service. Run as a job before the service starts. */
export function migrate(service: ServiceDefinition, url: string, options: { readonly grantTo?: string } = {}): Promise<void> {
  return Promise.reject(new Error(`${service.name} ${url} ${options.grantTo ?? ''}`))
}

/** The OpenAPI 3.1 document of a service, made without connecting to anything. */
export function openapiOf(service: ServiceDefinition): Promise<Record<string, unknown>> {
  return Promise.reject(new Error(service.name))
}
