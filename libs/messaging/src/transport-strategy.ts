import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices'
import { isObservable, lastValueFrom } from 'rxjs'
import { republishAsked } from './registry.js'
import type { Handler } from './round-work.js'

export interface TransportParts {
  /** Wire types the registry says this group handles. */
  readonly handled: ReadonlySet<string>
  readonly group: string
  readonly startConsuming: (handlers: ReadonlyMap<string, Handler>) => void
  readonly stopConsuming: () => Promise<void>
}

/**
 * Nest's microservice strategy over rounds: `app.connectMicroservice({ strategy: messaging.transport })`.
 * Refuses at boot: two handlers of one event (Nest would chain them in silence), and handlers other than the registry says.
 */
export class RoundsTransport extends Server implements CustomTransportStrategy {
  // A failure goes to the round, which retries or parks; Nest need not log it too.
  override readonly propagatesEventHandlerErrors = true

  constructor(private readonly parts: TransportParts) {
    super()
  }

  override addHandler(pattern: unknown, callback: MessageHandler, isEventHandler = false, extras: Record<string, unknown> = {}): void {
    const type = String(pattern)
    if (!isEventHandler) throw new Error(`${type}: only facts are consumed (@On); a message that wants an answer names the topic it goes to`)
    if (this.messageHandlers.has(this.normalizePattern(type))) throw new Error(`${type} has two handlers; each event has one per service`)
    super.addHandler(type, callback, isEventHandler, extras)
  }

  listen(callback: (error?: unknown) => void): void {
    try {
      this.parts.startConsuming(this.checkedHandlers())
      callback()
    } catch (error) {
      callback(error)
    }
  }

  close(): Promise<void> {
    return this.parts.stopConsuming()
  }

  on(): never {
    throw new Error('messaging has no events of its own: see health() and the metrics')
  }

  unwrap<T>(): T {
    throw new Error('the Kafka client stays behind its driver')
  }

  private checkedHandlers(): ReadonlyMap<string, Handler> {
    const found = new Set(this.messageHandlers.keys())
    const missing = [...this.parts.handled].filter((type) => !found.has(type) && type !== republishAsked.type)
    const surplus = [...found].filter((type) => !this.parts.handled.has(type))
    if (missing.length > 0 || surplus.length > 0)
      throw new Error(`${this.parts.group} differs from the registry (libs/contracts consumers.ts): without handler ${list(missing)}; not in the registry ${list(surplus)}`)
    return new Map([...this.messageHandlers].map(([type, handler]) => [type, handlerOf(handler)]))
  }
}

const list = (types: readonly string[]): string => (types.length === 0 ? 'none' : types.join(', '))

const handlerOf =
  (handler: MessageHandler): Handler =>
  async (batch) => {
    const result: unknown = await handler(batch, {})
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined })
  }
