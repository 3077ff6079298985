import { getMetadataStorage } from 'class-validator'
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js'
import { typeOf } from './class-transformer-storage.js'

/** A part of a JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>
export type RequestClass = abstract new (...args: never[]) => object

/** What a rule of class-validator says in JSON Schema; `limits` are its arguments. A rule without an entry is left to the code. */
const meanings: Readonly<Record<string, (limits: readonly unknown[]) => Schema>> = {
  isString: () => ({ type: 'string' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isBoolean: () => ({ type: 'boolean' }),
  isObject: () => ({ type: 'object' }),
  isArray: () => ({ type: 'array' }),
  min: ([minimum]) => ({ minimum }),
  max: ([maximum]) => ({ maximum }),
  isPositive: () => ({ exclusiveMinimum: 0 }),
  isLength: ([minLength, maxLength]) => ({ minLength, ...(maxLength === undefined ? {} : { maxLength }) }),
  minLength: ([minLength]) => ({ minLength }),
  maxLength: ([maxLength]) => ({ maxLength }),
  isNotEmpty: () => ({ minLength: 1 }),
  matches: ([pattern]) => (pattern instanceof RegExp ? { type: 'string', pattern: pattern.source } : {}),
  isIn: ([words]) => ({ enum: words }),
  isEnum: ([words]) => ({ enum: Object.values(words as object) }),
  equals: ([word]) => ({ const: word }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isEmail: () => ({ type: 'string', format: 'email' }),
  isUrl: () => ({ type: 'string', format: 'uri' }),
  isDay: () => ({ type: 'string', format: 'date' }),
  isDateString: () => ({ type: 'string', format: 'date-time' }),
  isIso8601: () => ({ type: 'string', format: 'date-time' }),
  isRfc3339: () => ({ type: 'string', format: 'date-time' }),
  arrayMinSize: ([minItems]) => ({ minItems }),
  arrayMaxSize: ([maxItems]) => ({ maxItems }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayUnique: () => ({ uniqueItems: true }),
}

/** The JSON Schema of a request class and of every class within it, by class name: the rules of its decorators, closed. */
export function schemasOf(target: RequestClass, known = new Map<string, Schema>()): ReadonlyMap<string, Schema> {
  if (known.has(target.name)) return known
  known.set(target.name, {})
  const rules = getMetadataStorage().getTargetValidationMetadatas(target, '', false, false)
  const byProperty = Map.groupBy(rules, ({ propertyName }) => propertyName)
  const properties = [...byProperty].map(([property, own]) => [property, propertySchema(target, property, own, known)] as const)
  const required = [...byProperty].filter(([, own]) => !own.some(({ type }) => type === 'conditionalValidation')).map(([property]) => property)
  known.set(target.name, {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  })
  return known
}

function propertySchema(target: RequestClass, property: string, rules: readonly ValidationMetadata[], known: Map<string, Schema>): Schema {
  const meant = (each: boolean) => Object.assign({}, ...rules.filter((rule) => (rule.each ?? false) === each).map((rule) => meanings[rule.name ?? '']?.(rule.constraints ?? []) ?? {})) as Schema
  const isList = Reflect.getMetadata('design:type', target.prototype as object, property) === Array
  const inner = rules.some(({ type }) => type === 'nestedValidation') ? referenceTo(target, property, known) : undefined
  if (!isList) return { ...meant(false), ...inner }
  return { type: 'array', ...meant(false), items: inner ?? meant(true) }
}

function referenceTo(target: RequestClass, property: string, known: Map<string, Schema>): Schema | undefined {
  const inner = typeOf(target, property)?.typeFunction() as RequestClass | undefined
  if (!inner) return undefined
  schemasOf(inner, known)
  return { $ref: `#/components/schemas/${inner.name}` }
}
