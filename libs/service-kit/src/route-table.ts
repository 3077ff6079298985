import type { FastifyInstance } from 'fastify'

/** Which methods a path takes: to tell 405 from 404. */
export class RouteTable {
  private readonly routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = []

  /** Notes every route registered from now on. */
  watch(app: FastifyInstance): void {
    app.addHook('onRoute', ({ url, method }) => {
      this.routes.push({ pattern: patternOf(url), methods: Array.isArray(method) ? method : [method] })
    })
  }

  methodsAt(url: string): readonly string[] {
    const path = url.replace(/[?#].*$/, '')
    return [...new Set(this.routes.flatMap(({ pattern, methods }) => (pattern.test(path) ? methods : [])))].sort()
  }
}

const patternOf = (url: string): RegExp =>
  new RegExp(`^${url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z0-9_]+/g, '[^/]+').replaceAll('*', '.*')}/?$`)
