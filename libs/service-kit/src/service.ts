import type { DynamicModule, Type } from '@nestjs/common'
import { houseRegistry, type MessageRegistry } from '@waybill/messaging'
import type { MigrationInterface } from 'typeorm'
import type { Env } from './config.js'
import type { Waits } from './waits.js'

/** A migration of a service: a class named like `Stock0001`, whose number orders it. */
export type Migration = new () => MigrationInterface

/** What makes a service, declared in its service.ts. */
export interface ServiceParts<C> {
  readonly name: string
  readonly config: (env: Env) => C
  readonly module: (config: C) => DynamicModule | Type
  readonly migrations: readonly Migration[]
  /** Its consumer group; left out: it consumes nothing. */
  readonly group?: string
  /** What can be said and who listens; default: the house's. Another one is for tests. */
  readonly registry?: MessageRegistry
  /** Has it tasks of its own, listed at /v1/tasks? Default: yes. The console shows everybody's instead. */
  readonly ownsTasks?: boolean
  /** Everything in it that can wait for somebody, and what happens when nobody comes. */
  readonly waits?: readonly Waits[]
}

/** A service that can be started, migrated and documented. */
export interface ServiceDefinition {
  readonly name: string
  readonly group: string | undefined
  readonly migrations: readonly Migration[]
  readonly registry: MessageRegistry
  readonly ownsTasks: boolean
  readonly waits: readonly Waits[]
  /** Reads its own part of the environment. Throws: ConfigError. The module is made only when asked for. */
  readonly read: (env: Env) => () => DynamicModule | Type
}

/** Declares a service: its package's entry exports the result. */
export function defineService<C>(parts: ServiceParts<C>): ServiceDefinition {
  return {
    name: parts.name,
    group: parts.group,
    migrations: parts.migrations,
    registry: parts.registry ?? houseRegistry,
    ownsTasks: parts.ownsTasks ?? true,
    waits: parts.waits ?? [],
    read: (env) => {
      const config = parts.config(env)
      return () => parts.module(config)
    },
  }
}
