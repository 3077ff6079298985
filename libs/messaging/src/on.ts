import type { EventDefinition } from '@waybill/contracts'
import { Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common'
import { EventPattern } from '@nestjs/microservices'
import { throwError, type Observable } from 'rxjs'
import type { Received } from './delivery.js'

type HandlerOf<P> = (batch: readonly Received<P>[]) => Promise<void>

/** Nest would turn a handler's error into a plain object: class, SQLSTATE and stack gone, nothing left to tell transient from poison. */
@Catch()
class PassThrough implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error)
  }
}

/**
 * Declares a method of a Nest controller as the handler of one event. It gets up to 1,000 messages, in order within a key, and
 * makes one unit of work of them: returned means committed, thrown means rolled back. One handler per event and service.
 */
export const On =
  <P>(event: EventDefinition<P>) =>
  (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<HandlerOf<P>>): void => {
    const decorators = [EventPattern(event.type), UseFilters(PassThrough)] as readonly MethodDecorator[]
    for (const decorate of decorators) decorate(target, name, descriptor)
  }
