import { datePatterns, type EventDefinition } from '@waybill/contracts'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { invariant } from '@waybill/kernel'

export interface SchemaFault {
  /** JSON Pointer into the payload. */
  readonly pointer: string
  readonly message: string
}

const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false, code: { regExp: Object.assign(patternOf, { code: 'patternOf' }) } })
const open = new Map<EventDefinition, ValidateFunction>()
const closed = new Map<EventDefinition, ValidateFunction>()

/** What a consumer may not take: fields it does not know are fine, wrong ones are not. Undefined: the payload is good. */
export const faultForReader = (event: EventDefinition, payload: unknown): SchemaFault | undefined => fault(open, event, event.payload, payload)

/** What a producer may not say: unknown fields are faults too, at every depth. */
export const faultForWriter = (event: EventDefinition, payload: unknown): SchemaFault | undefined => {
  const compiled = closed.get(event)
  return fault(closed, event, compiled ? event.payload : close(event.payload), payload)
}

function fault(compiled: Map<EventDefinition, ValidateFunction>, event: EventDefinition, schema: unknown, payload: unknown): SchemaFault | undefined {
  let validate = compiled.get(event)
  if (!validate) {
    invariant(typeof schema === 'object' && schema !== null, 'an event has a schema', { type: event.type })
    validate = ajv.compile(schema)
    compiled.set(event, validate)
  }
  if (validate(payload)) return undefined
  const first = validate.errors?.[0]
  return { pointer: pointerOf(first), message: `${first?.message ?? 'not as declared'}` }
}

function pointerOf(error: ErrorObject | undefined): string {
  const params = (error?.params ?? {}) as { readonly missingProperty?: string; readonly additionalProperty?: string }
  const property = params.missingProperty ?? params.additionalProperty
  return `${error?.instancePath ?? ''}${property === undefined ? '' : `/${property}`}` || '/'
}

const DAY = /^(\d{4}-\d{2}-\d{2})(?:T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z)?$/

/** A pattern as a schema means it: what has the form of a moment or a day is one, so that no 30th of February gets as far as a database. */
function patternOf(source: string, flags: string): { test(text: string): boolean; toString(): string } {
  const pattern = new RegExp(source, flags)
  if (source !== datePatterns.instant && source !== datePatterns.day) return pattern
  // Ajv tells patterns apart by their text
  return { test: (text) => pattern.test(text) && isInCalendar(text), toString: () => pattern.toString() }
}

function isInCalendar(text: string): boolean {
  const [, day = '0000'] = DAY.exec(text) ?? []
  const time = Date.parse(day)
  return day > '0000-12-31' && !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}

/** The same schema with every object closed that does not say otherwise. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy: Record<string, unknown> = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]))
  if (copy['properties'] && copy['additionalProperties'] === undefined) copy['additionalProperties'] = false
  return copy
}
