import { createService } from './boot.js'
import { ConfigError } from './config.js'
import { armCrashPointsBy } from './crash-points.js'
import type { ServiceDefinition } from './service.js'
import { exportTraces } from './tracing.js'

/** The configuration is at fault: starting again changes nothing. Source: sysexits(3), EX_CONFIG. */
const EXIT_CONFIG = 78

/** The whole of a service's main.ts: the only place that touches the process. SIGTERM and SIGINT stop it in order; what nobody caught ends it. */
export async function main(service: ServiceDefinition): Promise<void> {
  const die = (what: string) => (error: unknown) => {
    process.stderr.write(`${JSON.stringify({ level: 'fatal', service: service.name, message: what, error: error instanceof Error ? error.stack : String(error) })}\n`)
    process.exit(1)
  }
  process.on('unhandledRejection', die('unhandled rejection'))
  process.on('uncaughtException', die('uncaught exception'))
  try {
    armCrashPointsBy(process.env)
    const endTraces = await exportTraces(service.name, process.env)
    const running = await createService(service, process.env, { onFatal: die('cannot go on') })
    let isStopping = false
    const stop = () => {
      // a second signal changes nothing: the stop has its own limit
      if (isStopping) return
      isStopping = true
      running
        .stop()
        .then(endTraces)
        .then(() => process.exit(0), die('stop failed'))
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  } catch (error) {
    if (!(error instanceof ConfigError)) return die('start failed')(error)
    process.stderr.write(`${service.name}: ${error.message}\n`)
    process.exit(EXIT_CONFIG)
  }
}
