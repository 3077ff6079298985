/** How a route takes its body; travels in Fastify's route config, where the body parsers find it. */
export interface RouteOptions {
  readonly bulk?: true
  readonly raw?: true
  readonly stream?: true
}

/** Key under which Nest's Fastify adapter looks for a route's config on its handler. */
const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__'

// Nest's own @RouteConfig replaces what another decorator put there; ours adds to it
export const addRouteOptions =
  (options: RouteOptions): MethodDecorator =>
  (_target, _key, descriptor) => {
    const handler = descriptor.value as object
    const before = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG, handler) as object | undefined
    Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG, { ...before, ...options }, handler)
  }
