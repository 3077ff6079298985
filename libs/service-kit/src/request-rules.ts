import { getMetadataStorage, type ValidationArguments, type ValidatorConstraintInterface } from 'class-validator'
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js'
import { isClassTransformed, isPropertyTransformed, typeOf } from './class-transformer-storage.js'
import { pointerOf } from './json-parser.js'
import type { ProblemCode } from './problem-codes.js'
import type { FieldProblem } from './problem.js'
import { faultOf, type BrokenRule } from './request-fault.js'

type RequestClass = new () => object

/** What was sent, as its request class, or what is wrong with it. */
export interface Checked {
  readonly request: object
  readonly errors: readonly FieldProblem[]
}

/** Checks a value against its class. */
export type Check = (value: object) => Checked

/**
 * The same rules that class-validator runs, laid out once per class: an order of 3 lines takes 10 us instead of 190,
 * because no copy is made by class-transformer, no metadata is looked up and no error is built where there is none.
 * Undefined for classes that need more (transformations, asynchronous rules, types other than nested classes).
 */
export function compileRules(target: RequestClass): Check | undefined {
  const plan = planOf(target, new Map())
  if (!plan) return undefined
  return (value) => {
    const errors: FieldProblem[] = []
    const request = checkObject(plan, value as Record<string, unknown>, [], errors)
    return { request, errors }
  }
}

interface Rule {
  readonly name: string
  readonly each: boolean
  readonly code: ProblemCode | undefined
  readonly metadata: ValidationMetadata
  readonly constraint: ValidatorConstraintInterface
}

interface Field {
  readonly property: string
  readonly conditions: readonly ((object: object, value: unknown) => boolean)[]
  readonly rules: readonly Rule[]
  readonly nested: { readonly plan: Plan; readonly code: ProblemCode | undefined; readonly detail: string } | undefined
}

interface Plan {
  readonly target: RequestClass
  readonly fields: readonly Field[]
  readonly known: ReadonlySet<string>
}

function planOf(target: RequestClass, plans: Map<RequestClass, Plan>): Plan | undefined {
  const before = plans.get(target)
  if (before) return before
  const rules = getMetadataStorage().getTargetValidationMetadatas(target, '', false, false)
  if (rules.length === 0 || isClassTransformed(target)) return undefined
  const byProperty = Map.groupBy(rules, ({ propertyName }) => propertyName)
  const fields: Field[] = []
  // filled below: a class may contain itself
  const plan: Plan = { target, fields, known: new Set(byProperty.keys()) }
  plans.set(target, plan)
  for (const [property, own] of byProperty) {
    const field = fieldOf(target, property, own, plans)
    if (!field) return undefined
    fields.push(field)
  }
  return plan
}

function fieldOf(target: RequestClass, property: string, own: readonly ValidationMetadata[], plans: Map<RequestClass, Plan>): Field | undefined {
  const type = typeOf(target, property)
  const nesting = own.find((rule) => rule.type === 'nestedValidation')
  const isPlain = (!type || (nesting && !type.options?.discriminator)) && !isPropertyTransformed(target, property)
  if (!isPlain || (nesting && !type)) return undefined
  // as class-validator orders them: those that must be there first
  const ordered = [...own.filter((rule) => rule.type === 'isDefined'), ...own.filter((rule) => rule.type === 'customValidation')]
  const rules = ordered.map(ruleOf)
  const plan = nesting && type ? planOf(type.typeFunction() as RequestClass, plans) : undefined
  if (rules.some((rule) => rule === undefined) || (nesting && !plan)) return undefined
  return {
    property,
    conditions: own.filter((rule) => rule.type === 'conditionalValidation').map((rule) => rule.constraints[0] as Field['conditions'][number]),
    rules: rules as Rule[],
    nested: plan ? { plan, code: codeIn(nesting), detail: `${nesting?.each ? 'each value in ' : ''}nested property ${property} must be either object or array` } : undefined,
  }
}

const codeIn = (rule: ValidationMetadata | undefined): ProblemCode | undefined => (rule?.context as { code?: ProblemCode } | undefined)?.code

function ruleOf(metadata: ValidationMetadata): Rule | undefined {
  const [constraint, ...others] = getMetadataStorage().getTargetValidatorConstraints(metadata.constraintCls)
  if (!constraint || others.length > 0 || constraint.async || metadata.validateIf) return undefined
  return { name: constraint.name || metadata.type, each: metadata.each, code: codeIn(metadata), metadata, constraint: constraint.instance }
}

const argumentText = (argument: unknown): string => (Array.isArray(argument) ? argument.join(', ') : String(argument))

type Path = readonly (string | number)[]

function checkObject(plan: Plan, value: Readonly<Record<string, unknown>>, path: Path, errors: FieldProblem[]): object {
  for (const property of Object.keys(value))
    if (!plan.known.has(property))
      errors.push({ pointer: pointerOf([...path, property]), ...faultOf(value[property], [{ rule: 'whitelistValidation', detail: `property ${property} should not exist`, code: undefined }]) })
  const request = Object.assign(new plan.target(), value) as Record<string, unknown>
  for (const field of plan.fields) {
    if (!field.conditions.every((holds) => holds(request, request[field.property]))) continue
    const made = checkField(field, request, path, errors)
    if (made !== undefined) request[field.property] = made
  }
  return request
}

/** Returns the nested requests made of the field's value, if it has any. */
function checkField({ property, rules, nested }: Field, request: Readonly<Record<string, unknown>>, path: Path, errors: FieldProblem[]): unknown {
  const value = request[property]
  let broken: BrokenRule[] | undefined
  for (const rule of rules) if (!holds(rule, value, request)) (broken ??= []).push(brokenRule(rule, value, request))
  const isNestable = value === undefined || (typeof value === 'object' && value !== null)
  if (nested && !isNestable) (broken ??= []).push({ rule: 'nestedValidation', detail: nested.detail, code: nested.code })
  // what is wrong inside a value of the wrong kind is noise
  if (broken) errors.push({ pointer: pointerOf([...path, property]), ...faultOf(value, broken) })
  else if (nested && Array.isArray(value)) return value.map((item: Record<string, unknown>, index) => checkObject(nested.plan, item, [...path, property, index], errors))
  else if (nested && value !== undefined) return checkObject(nested.plan, value as Record<string, unknown>, [...path, property], errors)
  return undefined
}

function holds({ each, constraint, metadata }: Rule, value: unknown, request: object): boolean {
  const said = { targetName: '', property: metadata.propertyName, object: request, value, constraints: metadata.constraints }
  // no promises: classes with asynchronous rules are not compiled
  const isValid = (item: unknown) => constraint.validate(item, said) as boolean
  return each && Array.isArray(value) ? value.every(isValid) : isValid(value)
}

function brokenRule({ name, code, constraint, metadata }: Rule, value: unknown, request: object): BrokenRule {
  const said: ValidationArguments = { targetName: request.constructor.name, property: metadata.propertyName, object: request, value, constraints: metadata.constraints }
  const own = metadata.message as string | ((said: ValidationArguments) => string) | undefined
  const message = (typeof own === 'function' ? own(said) : own) || (constraint.defaultMessage?.(said) ?? '')
  const detail = message
    .replace(/\$constraint(\d+)/g, (_, place: string) => argumentText(metadata.constraints[Number(place) - 1]))
    .replaceAll('$property', metadata.propertyName)
  return { rule: name, detail, code }
}
