import { plainToInstance, type ClassConstructor } from 'class-transformer'
import { validate, type ValidationError } from 'class-validator'
import { pointerOf } from './json-parser.js'
import type { ProblemCode } from './problem-codes.js'
import type { FieldProblem } from './problem.js'
import { faultOf } from './request-fault.js'
import { compileRules, type Check, type Checked } from './request-rules.js'

const compiled = new WeakMap<object, { readonly check: Check | undefined }>()

/** Checks what was sent against its request class, by its compiled rules where the class allows it. */
export function checkRequest(value: object, target: ClassConstructor<object>): Checked | Promise<Checked> {
  let known = compiled.get(target)
  if (!known) compiled.set(target, (known = { check: compileRules(target) }))
  return known.check ? known.check(value) : checkByValidator(value, target)
}

/** The same by class-transformer and class-validator: for what compiled rules leave to them, and the measure of those. */
export async function checkByValidator(value: object, target: ClassConstructor<object>): Promise<Checked> {
  const request = plainToInstance(target, value)
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
  const contexts = (error.contexts ?? {}) as Readonly<Record<string, { code?: ProblemCode } | undefined>>
  const broken = Object.entries(error.constraints ?? {}).map(([rule, detail]) => ({ rule, detail, code: contexts[rule]?.code }))
  // what is wrong inside a value of the wrong kind is noise
  if (broken.length > 0) return [{ pointer: pointerOf(here), ...faultOf(error.value, broken) }]
  return (error.children ?? []).flatMap((child) => fieldProblems(child, here))
}
