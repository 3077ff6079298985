import type { CanActivate, ExecutionContext, Type } from '@nestjs/common'
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js'
import type { Reflector } from '@nestjs/core'
import type { Authenticator } from './authentication.js'
import type { Role } from './principal.js'
import { Problem } from './problem.js'
import type { KitRequest } from './request.js'
import { PUBLIC, ROLES } from './route.decorators.js'

/** Lets in who has a role of the route. A route without @Roles and @Public lets nobody in. */
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // messages carry no token: who may write to a topic is the broker's to say
    if (context.getType() !== 'http') return true
    const request = context.switchToHttp().getRequest<KitRequest>()
    const targets = [context.getHandler(), context.getClass()]
    const allowed = this.reflector.getAllAndOverride<readonly Role[] | undefined>(ROLES, targets)
    const [scheme, token] = (request.headers.authorization ?? '').split(' ')
    if (token && scheme?.toLowerCase() === 'bearer' && allowed) request.principal = await this.authenticator.principalOf(token)
    if (this.reflector.get<boolean | undefined>(PUBLIC, context.getHandler())) return true
    if (!allowed) {
      if (this.reflector.get<boolean | undefined>(PUBLIC, context.getClass())) return true
      throw new Problem('forbidden')
    }
    if (!request.principal) throw new Problem('unauthenticated', { headers: { 'WWW-Authenticate': 'Bearer' } })
    if (request.principal.role !== 'admin' && !allowed.includes(request.principal.role))
      throw new Problem('forbidden', { detail: `Allowed: ${allowed.join(', ')}` })
    return true
  }
}

/** Names every route that says neither who may call it nor that everybody may. */
export function unguardedRoutes(controllers: readonly Type[]): readonly string[] {
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as Readonly<Record<string, unknown>>
    const says = (target: object) => Reflect.hasMetadata(ROLES, target) || Reflect.hasMetadata(PUBLIC, target)
    return Object.getOwnPropertyNames(prototype)
      .map((name) => ({ name, method: prototype[name] }))
      .filter(({ name, method }) => name !== 'constructor' && typeof method === 'function' && isRoute(method))
      .filter(({ method }) => !says(method as object) && !says(controller))
      .map(({ name }) => `${controller.name}.${name}`)
  })
}

const isRoute = (method: object): boolean => Reflect.hasMetadata(PATH_METADATA, method) && Reflect.hasMetadata(METHOD_METADATA, method)
