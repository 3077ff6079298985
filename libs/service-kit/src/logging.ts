import { pino, stdSerializers, type Logger } from 'pino'
import type { Writable } from 'node:stream'
import { currentScope } from './scope.js'

/** The facts of one log line. Never a body, never personal data. */
export type LogData = Readonly<Record<string, unknown>>

/** What a service tells its operators, as JSON lines with the order id and trace id of what is being done. */
export abstract class Log {
  abstract debug(message: string, data?: LogData): void
  abstract info(message: string, data?: LogData): void
  abstract warn(message: string, data?: LogData): void
  /** `data.error` is written with its stack. */
  abstract error(message: string, data?: LogData): void
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Names under which personal data and secrets would travel, should a line carry them after all. */
const personal = ['email', 'phone', 'address', 'recipient', 'customer', 'name', 'authorization', 'cookie', 'token', 'password', 'secret', 'body', 'payload', 'rawBody', 'headers']

/** pg puts values into `detail`, TypeORM into `parameters`: only what names the fault is written. */
function errorFacts(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { type, message, stack } = stdSerializers.err(error)
  const { code, constraint, table } = error as { code?: unknown; constraint?: unknown; table?: unknown }
  const cause = error.cause instanceof Error ? errorFacts(error.cause) : undefined
  return { type, message, stack, code, constraint, table, cause }
}

/** The pino logger of one service: nothing in it is shared with the other services of the process. */
export function openLogger(service: string, level: LogLevel, stream?: Writable): Logger {
  return pino(
    {
      level,
      base: { service },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const scope = currentScope()
        return scope ? { traceId: scope.traceId, ...(scope.order === undefined ? {} : { order: scope.order }) } : {}
      },
      serializers: { error: errorFacts, err: errorFacts },
      redact: { paths: personal.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
    },
    ...(stream ? [stream] : []),
  )
}

export class PinoLog extends Log {
  constructor(private readonly logger: Logger) {
    super()
  }

  debug(message: string, data: LogData = {}): void {
    this.logger.debug(data, message)
  }

  info(message: string, data: LogData = {}): void {
    this.logger.info(data, message)
  }

  warn(message: string, data: LogData = {}): void {
    this.logger.warn(data, message)
  }

  error(message: string, data: LogData = {}): void {
    this.logger.error(data, message)
  }
}
