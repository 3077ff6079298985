import type { ArgumentMetadata, PipeTransform } from '@nestjs/common'
import { plainToInstance, type ClassConstructor } from 'class-transformer'
import { validate, type ValidationError } from 'class-validator'
import { Readable } from 'node:stream'
import { inexactNumbersIn, pointerOf } from './json-parser.js'
import { problemCodes, type ProblemCode } from './problem-codes.js'
import { Problem, type FieldProblem } from './problem.js'
import { checkShape } from './request-shape.js'

/** What a rule of class-validator says to the caller when the field names no code of its own. */
const codeByRule: Readonly<Record<string, ProblemCode>> = {
  whitelistValidation: 'unknown-property',
  isInt: 'invalid-number',
  isNumber: 'invalid-number',
  isPositive: 'invalid-number',
  min: 'invalid-number',
  max: 'invalid-number',
  isString: 'invalid-text',
  isNotEmpty: 'required',
  isDefined: 'required',
  isLength: 'too-long',
  maxLength: 'too-long',
  isBoolean: 'invalid-boolean',
  isArray: 'invalid-array',
  arrayMinSize: 'invalid-array',
  arrayNotEmpty: 'invalid-array',
  arrayMaxSize: 'too-many-items',
  arrayUnique: 'invalid-array',
  isDateString: 'invalid-date',
  isISO8601: 'invalid-date',
  isRFC3339: 'invalid-date',
  isObject: 'object-expected',
  nestedValidation: 'object-expected',
}

const withoutRules: ReadonlySet<unknown> = new Set([Object, String, Number, Boolean, Array, Buffer, Readable])

/** Makes a request out of what was sent, or refuses with a pointer and a stable code for each fault. Unknown properties are refused. */
export class RequestPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    // batches of messages pass here too: they were checked against their schema
    if (Array.isArray(value) || value instanceof Readable || Buffer.isBuffer(value)) return value
    if (type === 'param' || type === 'custom') return checkedText(value)
    if (metatype === undefined || withoutRules.has(metatype)) return checkedNumbers(value)
    if (value === undefined || value === null) {
      if (type === 'body') throw new Problem('body-required')
      return value
    }
    return type === 'body' ? this.body(value, metatype) : this.query(value, metatype)
  }

  private async body(value: object, metatype: ClassConstructor<object>): Promise<object> {
    if (typeof value !== 'object') throw new Problem('object-expected')
    checkShape(metatype, value)
    const { request, errors } = await check(value, metatype)
    // what a rule of the field has refused already keeps the field's own code
    const told = new Set(errors.map(({ pointer }) => pointer))
    const inexact = inexactNumbersIn(value).filter((pointer) => !told.has(pointer))
    const all = [...errors, ...inexact.map((pointer) => ({ pointer, code: 'invalid-number' }))]
    if (all.length > 0) throw new Problem(codeOfAll(all), { errors: all })
    return request
  }

  private async query(value: unknown, metatype: ClassConstructor<object>): Promise<object> {
    const { request, errors } = await check({ ...(value as object) }, metatype)
    if (errors.length > 0) throw new Problem('invalid-filter', { errors })
    return request
  }
}

function checkedText(value: unknown): unknown {
  if (typeof value === 'string' && value.includes('\0')) throw new Problem('invalid-id')
  return value
}

function checkedNumbers(value: unknown): unknown {
  const inexact = typeof value === 'object' && value !== null ? inexactNumbersIn(value) : []
  if (inexact.length > 0) throw new Problem('invalid-number', { errors: inexact.map((pointer) => ({ pointer, code: 'invalid-number' })) })
  return value
}

async function check(value: object, metatype: ClassConstructor<object>): Promise<{ request: object; errors: readonly FieldProblem[] }> {
  const request = plainToInstance(metatype, value)
  const errors = await validate(request, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false },
  })
  return { request, errors: errors.flatMap((error) => fieldProblems(error, [])) }
}

function fieldProblems(error: ValidationError, path: readonly string[]): FieldProblem[] {
  const here = [...path, error.property ?? '']
  // decorators run from the field upwards: the topmost, which says the type, comes last and tells most
  const own = Object.entries(error.constraints ?? {}).reverse()
  // what is wrong inside a value of the wrong kind is noise
  if (own.length > 0) return [{ pointer: pointerOf(here), ...faultOf(error, own) }]
  return (error.children ?? []).flatMap((child) => fieldProblems(child, here))
}

function faultOf(error: ValidationError, rules: readonly (readonly [string, string])[]): { code: string; detail?: string } {
  const contexts = (error.contexts ?? {}) as Readonly<Record<string, { code?: ProblemCode } | undefined>>
  const named = rules.map(([rule]) => contexts[rule]?.code).find((code) => code !== undefined)
  const [rule, detail] = rules[0] ?? ['', '']
  if (named) return { code: named, detail }
  const isMissing = error.value === undefined && rule !== 'whitelistValidation'
  return { code: isMissing ? 'required' : (codeByRule[rule] ?? 'invalid-value'), detail }
}

/** The code of the whole: that of its faults where they agree. */
function codeOfAll(errors: readonly FieldProblem[]): ProblemCode {
  const [first, ...others] = new Set(errors.map(({ code }) => code))
  return others.length === 0 && first !== undefined && first in problemCodes ? (first as ProblemCode) : 'invalid-request'
}
