import type { ArgumentMetadata, PipeTransform } from '@nestjs/common'
import type { ClassConstructor } from 'class-transformer'
import { Readable } from 'node:stream'
import { inexactNumbersIn } from './json-parser.js'
import { problemCodes, type ProblemCode } from './problem-codes.js'
import { Problem, type FieldProblem } from './problem.js'
import { checkRequest } from './request-check.js'
import { checkShape } from './request-shape.js'

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
    const { request, errors } = await checkRequest(value, metatype)
    // what a rule of the field has refused already keeps the field's own code
    const told = new Set(errors.map(({ pointer }) => pointer))
    const inexact = inexactNumbersIn(value).filter((pointer) => !told.has(pointer))
    const all = [...errors, ...inexact.map((pointer) => ({ pointer, code: 'invalid-number' }))]
    if (all.length > 0) throw new Problem(codeOfAll(all), { errors: all })
    return request
  }

  private async query(value: unknown, metatype: ClassConstructor<object>): Promise<object> {
    const parameters = { ...(value as object) }
    checkShape(metatype, parameters)
    const { request, errors } = await checkRequest(parameters, metatype)
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

/** The code of the whole: that of its faults where they agree. */
function codeOfAll(errors: readonly FieldProblem[]): ProblemCode {
  const [first, ...others] = new Set(errors.map(({ code }) => code))
  return others.length === 0 && first !== undefined && first in problemCodes ? (first as ProblemCode) : 'invalid-request'
}
