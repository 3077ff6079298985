import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common'
import { requestCauseOf } from './request-cause.js'
import type { Principal, Role } from './principal.js'
import { principalOf, type KitRequest } from './request.js'
import { addRouteOptions } from './route-options.js'

export const ROLES = 'waybill:roles'
export const PUBLIC = 'waybill:public'
export const CAUSED = 'waybill:caused'

/** Who may call this route (or all of this controller's). `admin` always may. A route without @Roles or @Public keeps the service from starting. */
export const Roles = (...allowed: readonly [Role, ...Role[]]): MethodDecorator & ClassDecorator => SetMetadata(ROLES, allowed)

/** Anybody may call this route: signed links, signed webhooks, public pages. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true)

const requestOf = (context: ExecutionContext): KitRequest => context.switchToHttp().getRequest<KitRequest>()

/** Parameter: the Principal who asks. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Principal => principalOf(requestOf(context)))

const caused = createParamDecorator((_: unknown, context: ExecutionContext) => requestCauseOf(requestOf(context)))

/**
 * Parameter: the RequestCause of this request, from its `Idempotency-Key` header.
 * Refuses: idempotency-key-required, idempotency-key-invalid (1 to 128 visible ASCII characters).
 */
export const Caused = (): ParameterDecorator => (target, key, index) => {
  caused()(target, key, index)
  if (key !== undefined) Reflect.defineMetadata(CAUSED, true, (target as Record<string | symbol, object>)[key] as object)
}

/** This route takes JSON bodies up to 4 MB instead of 256 kB. */
export const BulkRoute = (): MethodDecorator => addRouteOptions({ bulk: true })

/** This route keeps the body's bytes as they came (`rawBodyOf(request)`), for signatures; any content type is taken and nothing is parsed. */
export const RawBody = (): MethodDecorator => addRouteOptions({ raw: true })

/** This route takes a file as text/csv or application/x-ndjson: the body is a stream of bytes (Readable), never held in memory. */
export const StreamBody = (): MethodDecorator => addRouteOptions({ stream: true })
