import { Module, type DynamicModule } from '@nestjs/common'
import type { ConsoleConfig } from './config.js'
import { BoardPageController } from './http/board-page.controller.js'
import { HeldController } from './http/held.controller.js'
import { OrdersController } from './http/orders.controller.js'
import { RebuildController } from './http/rebuild.controller.js'
import { ServicesController } from './http/services.controller.js'
import { TasksController } from './http/tasks.controller.js'
import { AllEventsConsumer } from './kafka/all-events.consumer.js'
import { Neighbours } from './operations/neighbours.js'
import { HttpNeighbours } from './outside/http-neighbours.js'
import { PostgresTimelineQueries } from './postgres/postgres-timeline.queries.js'
import { PostgresTimelineStore } from './postgres/postgres-timeline.store.js'
import { TimelineQueries } from './timeline/timeline.queries.js'
import { TimelineStore } from './timeline/timeline.store.js'
import { KeepFacts } from './use-cases/keep-facts.js'
import { RebuildViews } from './use-cases/rebuild-views.js'

/** The only file that knows every room of the console. */
@Module({})
export class ConsoleModule {
  static with(config: ConsoleConfig): DynamicModule {
    return {
      module: ConsoleModule,
      controllers: [AllEventsConsumer, OrdersController, TasksController, ServicesController, HeldController, RebuildController, BoardPageController],
      providers: [
        { provide: TimelineStore, useClass: PostgresTimelineStore },
        { provide: TimelineQueries, useClass: PostgresTimelineQueries },
        { provide: Neighbours, useValue: new HttpNeighbours(config.neighbours) },
        KeepFacts,
        RebuildViews,
      ],
    }
  }
}
