import type { ServiceName } from '@waybill/contracts'
import type { Definitions, Schema } from '../schema.js'

/** One route of a service, as its OpenAPI tells it. */
export interface Route {
  readonly service: ServiceName
  /** Where the service answers. */
  readonly url: string
  readonly method: string
  readonly path: string
  /** What its path is about: the last word of it that is no parameter. */
  readonly family: string
  readonly roles: readonly string[] | undefined
  readonly needsKey: boolean
  readonly body: Schema | undefined
  /** What else than JSON its body may be. */
  readonly files: readonly string[]
  readonly query: readonly string[]
  readonly headers: readonly string[]
  /** By status: what the document says of the answer's body. */
  readonly answers: ReadonlyMap<number, Schema | undefined>
  readonly definitions: Definitions
  /** How often it is chosen, beside the others. */
  readonly weight: number
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>>
  readonly 'x-roles'?: readonly string[]
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Definitions }
}

/** Every route that this service offers, from its own document, and those for the platform that no document lists. */
export async function routesOf(service: ServiceName, url: string): Promise<readonly Route[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  const listed = Object.entries(document.paths).flatMap(([path, operations]) => Object.entries(operations).map(([method, operation]) => routeOf(service, url, method.toUpperCase(), path, operation, document.components?.schemas ?? {})))
  const unlisted = ['/health/live', '/metrics', '/openapi.json', '/dev/token'].map((path) => routeOf(service, url, 'GET', path, { responses: { 200: {} } }, {}))
  return [...listed, ...unlisted]
}

function routeOf(service: ServiceName, url: string, method: string, path: string, operation: Operation, definitions: Definitions): Route {
  const { parameters = [], requestBody, responses } = operation
  const content = requestBody?.content ?? {}
  const named = (place: string): readonly string[] => parameters.filter((parameter) => parameter.in === place).map(({ name }) => name)
  return {
    service,
    url,
    method,
    path,
    family: path.split('/').findLast((part) => part !== '' && !part.startsWith('{') && !/^v\d+$/.test(part)) ?? '',
    roles: operation['x-roles'],
    needsKey: named('header').includes('Idempotency-Key'),
    body: content['application/json']?.schema,
    files: Object.keys(content).filter((type) => type !== 'application/json'),
    query: named('query'),
    headers: named('header').filter((name) => name !== 'Idempotency-Key'),
    answers: new Map(Object.entries(responses).flatMap(([status, { content: said }]) => (/^\d+$/.test(status) ? [[Number(status), said?.['application/json']?.schema] as const] : []))),
    definitions,
    weight: weightOf(method, path),
  }
}

function weightOf(method: string, path: string): number {
  // it reads all facts again: once in a while is enough
  if (path === '/v1/rebuild' || path.endsWith('/publish-again')) return 0.05
  // the same code in seven services
  if (/^\/(ops|health|metrics|openapi|dev)|^\/v1\/tasks/.test(path)) return 0.5
  if (path.startsWith('/v1/services/')) return 0.5
  if (!path.startsWith('/v1/')) return 0.5
  return method === 'GET' ? 2 : path.endsWith('/import') ? 2 : 5
}
