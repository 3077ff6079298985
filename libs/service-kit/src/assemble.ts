import { Module, type DynamicModule, type LoggerService, type Type } from '@nestjs/common'
import { DiscoveryModule, DiscoveryService, MetadataScanner, NestFactory, Reflector } from '@nestjs/core'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { AccessGuard, unguardedRoutes } from './access.guard.js'
import { JwtAuthenticator } from './authentication.js'
import { openEdge } from './http-edge.js'
import { serveDocument } from './openapi.js'
import { KitModule } from './kit.module.js'
import type { Log } from './logging.js'
import type { Plumbing } from './plumbing.js'
import type { ServiceDefinition } from './service.js'
import { topicToldBy, type TellingAgain } from './tells-again.js'
import { TimerRunner, type TimerHandler } from './timer-runner.js'
import { ON_TIMER, type TimerSubscription } from './timers.js'
import { RequestPipe } from './validation.pipe.js'

/** A service put together, not yet started. */
export interface Assembled {
  readonly app: NestFastifyApplication
  readonly timers: TimerRunner
}

/** Puts module, edge and plumbing together. Refuses a service with a route that says neither who may call it nor that all may. */
export async function assemble(service: ServiceDefinition, module: DynamicModule | Type, plumbing: Plumbing): Promise<Assembled> {
  const edge = openEdge({
    service: service.name,
    log: plumbing.log,
    metrics: plumbing.metrics,
    load: { eventLoopDelayMs: () => plumbing.delay.meanMs, waitingForDatabase: () => plumbing.pool.waitingCount },
  })
  const root: DynamicModule = {
    module: RootModule,
    imports: [KitModule.with(plumbing, service), DiscoveryModule, module],
  }
  const app = await NestFactory.create<NestFastifyApplication>(root, edge.adapter, {
    abortOnError: false,
    bodyParser: false,
    logger: nestLogger(plumbing.log),
  })
  const discovery = app.get(DiscoveryService)
  refuseUnguarded(service, discovery)
  const { config } = plumbing
  const authenticator = new JwtAuthenticator({
    developmentKey: config.authDevelopmentKey,
    issuer: config.authIssuer,
    jwksUrl: config.authJwksUrl,
    audience: config.authAudience,
  })
  // before connectMicroservice: what is set later does not reach its handlers
  app.useGlobalFilters(edge.filter)
  app.useGlobalPipes(new RequestPipe())
  app.useGlobalGuards(new AccessGuard(app.get(Reflector), authenticator))
  serveDocument(service.name, app, edge.fastify)
  if (service.group !== undefined) app.connectMicroservice({ strategy: plumbing.messaging.transport }, { inheritAppConfig: true })
  const tells = serveTellers(discovery, plumbing.tellingAgain)
  const handlers = [...timerHandlersOf(discovery), ...(tells ? [plumbing.tellingAgain.timer] : [])]
  return { app, timers: new TimerRunner(plumbing.pool, handlers, plumbing.log) }
}

@Module({})
class RootModule {}

function refuseUnguarded({ name }: ServiceDefinition, discovery: DiscoveryService): void {
  const controllers = discovery.getControllers().flatMap(({ metatype }) => (typeof metatype === 'function' ? [metatype as Type] : []))
  const unguarded = unguardedRoutes(controllers)
  if (unguarded.length > 0) throw new Error(`${name}: say @Roles(...) or @Public() on ${unguarded.join(', ')}`)
}

function timerHandlersOf(discovery: DiscoveryService): TimerHandler[] {
  return methodsOf(discovery).flatMap((method) => {
    const subscription = Reflect.getMetadata(ON_TIMER, method.declared) as TimerSubscription | undefined
    return subscription ? [{ ...subscription, handle: method.bound as TimerHandler['handle'] } satisfies TimerHandler] : []
  })
}

/** Are there any? */
function serveTellers(discovery: DiscoveryService, tellingAgain: TellingAgain): boolean {
  const tellers = methodsOf(discovery).flatMap((method) => {
    const topic = topicToldBy(method.declared)
    return topic === undefined ? [] : [{ topic, tell: method.bound as Parameters<TellingAgain['serve']>[1] }]
  })
  for (const { topic, tell } of tellers) tellingAgain.serve(topic, tell)
  return tellers.length > 0
}

interface Method {
  /** As it stands in its class, with the metadata of its decorators. */
  readonly declared: object
  readonly bound: (...given: never[]) => unknown
}

/** Every method of every provider and controller. */
function methodsOf(discovery: DiscoveryService): Method[] {
  const scanner = new MetadataScanner()
  return [...discovery.getProviders(), ...discovery.getControllers()].flatMap((wrapper) => {
    const instance = wrapper.instance as Record<string, Method['bound']> | undefined
    if (typeof instance !== 'object' || instance === null) return []
    return scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object | null).flatMap((name): Method[] => {
      const declared = instance[name]
      return declared === undefined ? [] : [{ declared, bound: (...given) => declared.call(instance, ...given) }]
    })
  })
}

/** Nest's own warnings in our form; its chatter at start is left out. */
function nestLogger(log: Log): LoggerService {
  const quiet = (): void => undefined
  const said = (parts: readonly unknown[]) => (typeof parts.at(-1) === 'string' && parts.length > 0 ? { context: parts.at(-1) } : {})
  return {
    log: quiet,
    debug: quiet,
    verbose: quiet,
    warn: (message: unknown, ...parts: unknown[]) => log.warn(String(message), said(parts)),
    error: (message: unknown, ...parts: unknown[]) => log.error(String(message), said(parts)),
    fatal: (message: unknown, ...parts: unknown[]) => log.error(String(message), said(parts)),
  }
}
