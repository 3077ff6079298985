import type { Type } from '@nestjs/common'
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js'
import { DiscoveryService } from '@nestjs/core'
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger'
import type { FastifyInstance } from 'fastify'
import { schemasOf, type RequestClass, type Schema } from './request-schema.js'

/** Answers /openapi.json, made when first asked for. */
export function serveDocument(name: string, app: App, fastify: FastifyInstance): void {
  let document: OpenAPIObject | undefined
  fastify.get('/openapi.json', (_request, reply) => reply.send((document ??= documentOf(name, app))))
}

type App = Parameters<typeof SwaggerModule.createDocument>[0]

/** The document of a service that is put together: routes from its controllers, shapes from its request classes. */
export function documentOf(name: string, app: App): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setTitle(`Waybill ${name}`)
    .setDescription('Refusals are RFC 9457 problem+json with a stable `code`. Bodies of requests are closed: an unknown property is refused.')
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .build()
  const document = SwaggerModule.createDocument(app, outline)
  const controllers = app.get(DiscoveryService, { strict: false }).getControllers()
  const shapes = controllers.flatMap(({ metatype }) => requestClassesOf(metatype as Type))
  const schemas = new Map<string, Schema>()
  for (const shape of shapes) schemasOf(shape, schemas)
  const described = { ...document.components?.schemas, ...Object.fromEntries(schemas) }
  const sorted = Object.fromEntries(Object.entries(described).sort(([one], [other]) => (one < other ? -1 : 1)))
  return { ...document, components: { ...document.components, schemas: { ...sorted, Problem: problemSchema } as never }, paths: withProblems(document.paths) }
}

const BODY_PARAMETER = 3

/** The classes that the bodies of a controller's routes have. */
function requestClassesOf(controller: Type): RequestClass[] {
  const prototype = controller.prototype as object
  return Object.getOwnPropertyNames(prototype).flatMap((method) => {
    const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Readonly<Record<string, { index: number }>>
    const types = (Reflect.getMetadata('design:paramtypes', prototype, method) ?? []) as readonly unknown[]
    return Object.entries(parameters).flatMap(([kind, { index }]) => {
      const type = types[index]
      const isBody = kind.startsWith(`${BODY_PARAMETER}:`)
      return isBody && typeof type === 'function' && schemasOf(type as RequestClass).get(type.name)?.['properties'] && !natives.has(type) ? [type as RequestClass] : []
    })
  })
}

const natives: ReadonlySet<unknown> = new Set([Object, String, Number, Boolean, Array, Buffer])

const problemSchema: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'retryable'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable: programs decide by it' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', required: ['pointer', 'code'], properties: { pointer: { type: 'string' }, code: { type: 'string' }, detail: { type: 'string' } } },
    },
    traceId: { type: 'string' },
    retryable: { type: 'boolean' },
  },
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

function withProblems(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const refusal = { description: 'Refused', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([method, operation]) => [
          method,
          methods.some((known) => known === method) ? { ...(operation as object), responses: { ...(operation as { responses: object }).responses, default: refusal } } : operation,
        ]),
      ),
    ]),
  )
}
