import 'reflect-metadata'

export { developmentToken } from './authentication.js'
export { createService, type RunningService, type StartOptions } from './boot.js'
export { main } from './main.js'
export { migrate, type MigrateOptions } from './migrate.js'
export { openapiOf } from './openapi-of.js'
export { Clock } from './clock.js'
export {
  config,
  ConfigError,
  duration,
  flag,
  integer,
  list,
  oneOf,
  optional,
  secret,
  text,
  url,
  type ConfigOf,
  type ConfigProblem,
  type Env,
} from './config.js'
export { checkIfMatch, etagOf } from './etag.js'
export { makeIdsBy, newId } from './ids.js'
export { IsDay } from './is-day.js'
export { kafkaAccess, kafkaSettings } from './kafka-access.js'
export { Links, readLink, signLink, type Link } from './links.js'
export { Log, type LogData } from './logging.js'
export { Metrics } from './metrics.js'
export { Cursors, filterOf, limitOf, onlyParameters, rangeOf, sortOf, wordOf, type Page, type QueryParameters } from './paging.js'
export { uuidOf } from './path.js'
export { roles, type Principal, type Role } from './principal.js'
export { problemCodes, type ProblemCode } from './problem-codes.js'
export { Problem, type FieldProblem } from './problem.js'
export { rawBodyOf, replied } from './request.js'
export { outcomesOf, readRows, ROWS_MAX, type ReadRows, type RefusedRow } from './rows.js'
export { BulkRoute, Caused, Public, RawBody, Roles, StreamBody, Who } from './route.decorators.js'
export { defineService, type Migration, type ServiceDefinition } from './service.js'
export { exportTraces } from './tracing.js'
export { Sweeper } from './sweeper.js'
export { unwatchedSql, type Unwatched, type Waits } from './waits.js'
export { TellsAgain, type Telling } from './tells-again.js'
export { ON_TIMER, OnTimer, type Due } from './timers.js'
export { UnitOfWork, type NewTask, type Outcome, type Publication, type Timer, type Tx } from './unit-of-work.js'
export { code } from './validation.js'
