import { setTimeout as pause } from 'node:timers/promises'
import { createService, type RunningService } from './boot.js'
import { config, ConfigError, optional, readAll, text, url, type Env } from './config.js'
import { armCrashPointsBy } from './crash-points.js'
import { kitConfig } from './kit-config.js'
import { openLogger, PinoLog } from './logging.js'
import { migrate, schemaLacks } from './migrate.js'
import type { ServiceDefinition } from './service.js'
import { exportTraces } from './tracing.js'

/** The configuration is at fault: starting again changes nothing. Source: sysexits(3), EX_CONFIG. */
const EXIT_CONFIG = 78
const SCHEMA_PAUSE_MS = 500
const SAY_AGAIN_MS = 15_000

/**
 * The whole of a service's main.ts: the only place that touches the process. Without arguments the service runs until
 * SIGTERM or SIGINT stop it in order; with `migrate` its database is brought to this build's schema. What nobody caught ends it.
 */
export async function main(service: ServiceDefinition): Promise<void> {
  const die = (what: string) => (error: unknown) => {
    process.stderr.write(`${JSON.stringify({ level: 'fatal', service: service.name, message: what, error: error instanceof Error ? error.stack : String(error) })}\n`)
    process.exit(1)
  }
  process.on('unhandledRejection', die('unhandled rejection'))
  process.on('uncaughtException', die('uncaught exception'))
  const command = process.argv[2]
  try {
    if (command === undefined) await run(service, die)
    else if (command === 'migrate') await migrateAsTold(service, process.env)
    else throw new ConfigError([{ name: 'the first argument', fault: `is "${command}"`, expected: 'migrate, or none' }])
  } catch (error) {
    if (!(error instanceof ConfigError)) return die('start failed')(error)
    process.stderr.write(`${service.name}: ${error.message}\n`)
    process.exit(EXIT_CONFIG)
  }
}

async function run(service: ServiceDefinition, die: (what: string) => (error: unknown) => void): Promise<void> {
  armCrashPointsBy(process.env)
  const endTraces = await exportTraces(service.name, process.env)
  const started: { service?: RunningService } = {}
  let isStopping = false
  // from the beginning: the first process of a container has no default for signals and would sit through them
  const stop = () => {
    // a second signal changes nothing: the stop has its own limit
    if (isStopping) return
    isStopping = true
    const stopped = started.service?.stop() ?? Promise.resolve()
    stopped.then(endTraces).then(() => process.exit(0), die('stop failed'))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await untilSchemaIsThere(service)
  started.service = await createService(service, process.env, { onFatal: die('cannot go on') })
}

/** A handler that meets a table that is not there yet would park its messages: nothing starts before the schema is there. Throws: ConfigError. */
async function untilSchemaIsThere(service: ServiceDefinition): Promise<void> {
  const [{ databaseUrl, logLevel }] = readAll(process.env, kitConfig, service.read)
  let saidAt = -SAY_AGAIN_MS
  for (;;) {
    const lack = await schemaLacks(service, databaseUrl)
    if (lack === undefined) return
    if (performance.now() - saidAt >= SAY_AGAIN_MS) {
      new PinoLog(openLogger(service.name, logLevel)).warn('waiting for the database and its schema', { lack })
      saidAt = performance.now()
    }
    await pause(SCHEMA_PAUSE_MS)
  }
}

const readMigration = config({
  databaseUrl: url('DATABASE_URL', { schemes: ['postgres', 'postgresql'] }),
  /** The role that the service runs as, where another one migrates. */
  grantTo: optional(text('DATABASE_GRANT_TO')),
})

async function migrateAsTold(service: ServiceDefinition, env: Env): Promise<void> {
  const { databaseUrl, grantTo } = readMigration(env)
  await migrate(service, databaseUrl, grantTo === undefined ? {} : { grantTo })
  process.stdout.write(`${service.name}: the database has the schema of this build\n`)
}
