import { Global, Module, type DynamicModule, type Provider, type Type } from '@nestjs/common'
import { Clock, SystemClock } from './clock.js'
import { Health } from './health.js'
import { KeyedLinks, Links } from './links.js'
import { Log } from './logging.js'
import { Metrics } from './metrics.js'
import { Cursors, SignedCursors } from './paging.js'
import type { Plumbing } from './plumbing.js'
import type { ServiceDefinition } from './service.js'
import { DevelopmentTokenController } from './routes/development-token.controller.js'
import { HealthController } from './routes/health.controller.js'
import { ParkedController } from './routes/parked.controller.js'
import { QuarantineController } from './routes/quarantine.controller.js'
import { RepublishController } from './routes/republish.controller.js'
import { StatisticsController } from './routes/statistics.controller.js'
import { TasksController } from './routes/tasks.controller.js'
import { Sweeper } from './sweeper.js'
import { KIT_CONFIG, MESSAGING, POOL } from './tokens.js'
import { UnitOfWork } from './unit-of-work.js'

/** What every service's module can inject, and the routes that every service has. */
@Global()
@Module({})
export class KitModule {
  static with(plumbing: Plumbing, { group, ownsTasks }: ServiceDefinition): DynamicModule {
    const provided: readonly (readonly [symbol | (abstract new (...args: never[]) => unknown), unknown])[] = [
      [KIT_CONFIG, plumbing.config],
      [MESSAGING, plumbing.messaging],
      [POOL, plumbing.pool],
      [Health, plumbing.health],
      [Log, plumbing.log],
      [Metrics, plumbing.metrics],
      [Sweeper, plumbing.sweeper],
      [UnitOfWork, plumbing.unitOfWork],
      [Clock, new SystemClock()],
      [Links, new KeyedLinks(plumbing.config.linkKey)],
      [Cursors, new SignedCursors(plumbing.cursorKey)],
    ]
    const providers: Provider[] = provided.map(([token, value]) => ({ provide: token as Type, useValue: value }))
    return {
      module: KitModule,
      controllers: [HealthController, DevelopmentTokenController, ...(ownsTasks ? [TasksController] : []), ...(group === undefined ? [] : [ParkedController, QuarantineController]), RepublishController, StatisticsController],
      providers,
      exports: provided.map(([token]) => token as Type),
    }
  }
}
