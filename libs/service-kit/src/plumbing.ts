import { createMessaging, type Messaging } from '@waybill/messaging'
import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { openPool } from './database.js'
import { EventLoopDelay } from './event-loop-delay.js'
import { Health } from './health.js'
import { Housekeeping } from './housekeeping.js'
import { kafkaAccess } from './kafka-access.js'
import type { KitConfig } from './kit-config.js'
import { openLogger, PinoLog, type Log } from './logging.js'
import { PrometheusMetrics } from './metrics.js'
import { PostgresUnitOfWork } from './postgres-unit-of-work.js'
import type { ServiceDefinition } from './service.js'
import { Sweeper } from './sweeper.js'
import { TellingAgain } from './tells-again.js'
import { UnitOfWork } from './unit-of-work.js'

/** What stands behind a service: made before Nest, started and stopped by us in our order. Making it connects to nothing. */
export interface Plumbing {
  readonly config: KitConfig
  readonly logger: Logger
  readonly log: Log
  readonly metrics: PrometheusMetrics
  readonly pool: Pool
  readonly messaging: Messaging
  readonly unitOfWork: UnitOfWork
  readonly delay: EventLoopDelay
  readonly health: Health
  readonly housekeeping: Housekeeping
  readonly sweeper: Sweeper
  readonly cursorKey: string
  /** Told when a timer was set; the runner listens once it exists. */
  readonly tellingAgain: TellingAgain
  readonly timerSet: { tell: (dueAt: Date) => void }
}

export function layPlumbing(
  service: ServiceDefinition,
  config: KitConfig,
  options: { readonly onFatal: (error: Error) => void; readonly logStream?: Writable },
): Plumbing {
  const logger = openLogger(service.name, config.logLevel, options.logStream)
  const log = new PinoLog(logger)
  const metrics = new PrometheusMetrics(service.name)
  const pool = openPool(config.databaseUrl, service.name, config.databasePoolMax, log)
  const messaging = createMessaging({
    service: service.name,
    ...(service.group === undefined ? {} : { group: service.group }),
    namespace: config.namespace,
    registry: service.registry,
    kafka: kafkaAccess(service.name, config),
    pool,
    metrics: metrics.registry,
    log: logger,
    onFatal: options.onFatal,
    tellAgain: (client, asked) => tellingAgain.ask(client, asked),
  })
  const timerSet = { tell: (_dueAt: Date): void => undefined }
  const unitOfWork = new PostgresUnitOfWork({
    service: service.name,
    pool,
    inbox: messaging.inbox,
    journal: messaging.journal,
    onScheduled: (dueAt) => timerSet.tell(dueAt),
  })
  const tellingAgain = new TellingAgain(unitOfWork, { tell: (dueAt) => timerSet.tell(dueAt) })
  const delay = new EventLoopDelay()
  return {
    config,
    logger,
    log,
    metrics,
    pool,
    messaging,
    unitOfWork,
    delay,
    health: new Health(pool, messaging, delay),
    housekeeping: new Housekeeping(pool, log),
    sweeper: new Sweeper(service.waits, { service: service.name, pool, unitOfWork, metrics, log }),
    // a service's replicas share their database's URL and nobody else knows it
    cursorKey: createHash('sha256').update(`cursors\n${config.databaseUrl}`).digest('hex'),
    tellingAgain,
    timerSet,
  }
}
