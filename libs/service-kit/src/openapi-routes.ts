import type { Type } from '@nestjs/common'
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js'
import { schemasOf, type RequestClass } from './request-schema.js'
import { CAUSED, PUBLIC, ROLES } from './route.decorators.js'

/** What a route's decorators of ours say, under the id that swagger gives it. */
export interface Operation {
  readonly id: string
  /** Who may call it; undefined: everybody. */
  readonly roles: readonly string[] | undefined
  readonly needsKey: boolean
}

const methodsOf = (controller: Type): readonly (readonly [string, object])[] => {
  const prototype = controller.prototype as Readonly<Record<string, unknown>>
  return Object.getOwnPropertyNames(prototype).flatMap((name) => (typeof prototype[name] === 'function' ? [[name, prototype[name]] as const] : []))
}

export function operationsOf(controller: Type): Operation[] {
  const said = (key: string, handler: object): unknown => Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller)
  return methodsOf(controller).map(([name, handler]) => ({
    id: `${controller.name}_${name}`,
    roles: Reflect.getMetadata(PUBLIC, handler) === true ? undefined : (said(ROLES, handler) as readonly string[] | undefined),
    needsKey: Reflect.getMetadata(CAUSED, handler) === true,
  }))
}

/** Nest's number for a body among a route's parameters. */
const BODY = '3:'
const natives: ReadonlySet<unknown> = new Set([Object, String, Number, Boolean, Array, Buffer])

/** The classes that the bodies of a controller's routes have. */
export function requestClassesOf(controller: Type): RequestClass[] {
  return methodsOf(controller).flatMap(([name]) => {
    const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Readonly<Record<string, { readonly index: number }>>
    const types = (Reflect.getMetadata('design:paramtypes', controller.prototype as object, name) ?? []) as readonly unknown[]
    return Object.entries(parameters).flatMap(([kind, { index }]) => {
      const type = types[index]
      return kind.startsWith(BODY) && isRequestClass(type) ? [type] : []
    })
  })
}

const isRequestClass = (type: unknown): type is RequestClass =>
  typeof type === 'function' && !natives.has(type) && Object.keys((schemasOf(type as RequestClass).get(type.name)?.['properties'] ?? {}) as object).length > 0
