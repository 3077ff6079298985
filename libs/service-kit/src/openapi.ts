import type { Type } from '@nestjs/common'
import { DiscoveryService } from '@nestjs/core'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { OpenAPIObject } from '@nestjs/swagger'
import type { FastifyInstance } from 'fastify'
import { operationsOf, requestClassesOf, type Operation } from './openapi-routes.js'
import { problemSchema } from './problem-schema.js'
import { schemasOf, type Schema } from './request-schema.js'

/** Answers /openapi.json, made when first asked for. */
export function serveDocument(name: string, app: NestFastifyApplication, fastify: FastifyInstance): void {
  let document: Promise<OpenAPIObject> | undefined
  fastify.get('/openapi.json', () => (document ??= documentOf(name, app)))
}

/** Routes for the platform and for development: no part of what a service offers. */
const unlisted = /^\/(health|metrics|dev)(\/|$)/

/** The document of a service that is put together: routes and rights from its controllers, shapes from its request classes. */
export async function documentOf(name: string, app: NestFastifyApplication): Promise<OpenAPIObject> {
  // loaded here: a service that nobody asks for its document does without
  const { DocumentBuilder, SwaggerModule } = await import('@nestjs/swagger')
  const outline = new DocumentBuilder()
    .setTitle(`Waybill ${name}`)
    .setDescription('Refusals are RFC 9457 problem+json with a stable `code`. Bodies of requests are closed: an unknown property is refused.')
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .build()
  const document = SwaggerModule.createDocument(app, outline)
  const controllers = app.get(DiscoveryService, { strict: false }).getControllers().map(({ metatype }) => metatype as Type)
  const operations = new Map(controllers.flatMap(operationsOf).map((operation) => [operation.id, operation]))
  const paths = Object.entries(document.paths).filter(([path]) => !unlisted.test(path))
  return {
    ...document,
    paths: Object.fromEntries(paths.map(([path, item]) => [path, withRights(item, operations)])),
    components: { ...document.components, schemas: schemasIn(document, controllers) as never },
  }
}

/** Rules say what is allowed; what swagger's own decorators add is words and examples. */
function schemasIn(document: OpenAPIObject, controllers: readonly Type[]): Readonly<Record<string, Schema>> {
  const ours = new Map<string, Schema>()
  for (const shape of controllers.flatMap(requestClassesOf)) schemasOf(shape, ours)
  const theirs = (document.components?.schemas ?? {}) as Readonly<Record<string, Schema>>
  const merged = [...ours].map(([name, schema]) => [name, withWords(schema, theirs[name])] as const)
  const all = Object.entries({ ...theirs, ...Object.fromEntries(merged), Problem: problemSchema })
  return Object.fromEntries(all.filter(([name]) => name !== 'Buffer').sort(([one], [other]) => (one < other ? -1 : 1)))
}

const words = ['description', 'example', 'examples', 'deprecated'] as const

function withWords(schema: Schema, told: Schema | undefined): Schema {
  const properties = schema['properties'] as Readonly<Record<string, Schema>>
  const others = (told?.['properties'] ?? {}) as Readonly<Record<string, Schema>>
  const added = (property: string) => Object.fromEntries(words.flatMap((word) => (others[property]?.[word] === undefined ? [] : [[word, others[property][word]]])))
  return { ...schema, properties: Object.fromEntries(Object.entries(properties).map(([property, rule]) => [property, { ...rule, ...added(property) }])) }
}

const refusal = { description: 'Refused', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }
const keyHeader = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'The same key with the same body is done once; its answer is kept for 30 days',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
}

interface Described {
  readonly operationId?: string
  readonly parameters?: readonly unknown[]
  readonly responses?: object
}

function withRights(item: object, operations: ReadonlyMap<string, Operation>): object {
  return Object.fromEntries(
    Object.entries(item as Record<string, Described>).map(([method, described]) => {
      const operation = operations.get(described.operationId ?? '')
      const roles = operation?.roles
      const parameters = [...(described.parameters ?? []), ...(operation?.needsKey ? [keyHeader] : [])]
      const rights = roles ? { security: [{ bearer: [] }], 'x-roles': [...roles, 'admin'] } : { security: [] }
      return [method, { ...described, parameters, ...rights, responses: { ...described.responses, default: refusal } }]
    }),
  )
}
