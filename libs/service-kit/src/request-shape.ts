import { getMetadataStorage } from 'class-validator'
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js'
import { typeOf } from './class-transformer-storage.js'
import { pointerOf } from './json-parser.js'
import { Problem } from './problem.js'
import type { ProblemCode } from './problem-codes.js'

/** Most items of a list of objects whose class names no limit of its own. */
const ITEMS_MAX = 1_000

type Path = readonly (string | number)[]
type RequestClass = abstract new (...args: never[]) => object

/**
 * Checks lengths of lists and that nested values are objects, before anything is made of them: class-validator takes 20 s
 * for 200,000 nested lines (hazard H15) and lets lists within lists pass.
 * Refuses: too-many-items or the code of the list's @ArrayMaxSize; object-expected.
 */
export function checkShape(target: RequestClass, value: object, path: Path = []): void {
  for (const { property, limit, code, nested, isList } of listsAndObjectsOf(target)) {
    const given: unknown = (value as Record<string, unknown>)[property]
    const at = [...path, property]
    if (Array.isArray(given)) {
      if (given.length > limit) throw refusal(code, at, { limit, given: given.length })
      if (nested && isList) for (const [index, item] of given.entries()) checkNested(nested, item, [...at, index])
      else if (nested) throw refusal('object-expected', at)
    } else if (nested && !isList && given !== undefined && given !== null) checkNested(nested, given, at)
  }
}

function checkNested(target: RequestClass, value: unknown, path: Path): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refusal('object-expected', path)
  checkShape(target, value, path)
}

const refusal = (code: ProblemCode, path: Path, data: Record<string, unknown> = {}): Problem =>
  new Problem(code, { data, errors: [{ pointer: pointerOf(path), code }] })

interface Field {
  readonly property: string
  readonly limit: number
  readonly code: ProblemCode
  readonly nested: RequestClass | undefined
  readonly isList: boolean
}

const known = new WeakMap<object, readonly Field[]>()

function listsAndObjectsOf(target: RequestClass): readonly Field[] {
  const before = known.get(target)
  if (before) return before
  const byProperty = Map.groupBy(
    getMetadataStorage().getTargetValidationMetadatas(target, '', false, false),
    ({ propertyName }) => propertyName,
  )
  const fields = [...byProperty].flatMap(([property, rules]) => fieldOf(target, property, rules))
  known.set(target, fields)
  return fields
}

function fieldOf(target: RequestClass, property: string, rules: readonly ValidationMetadata[]): Field[] {
  const max = rules.find(({ name }) => name === 'arrayMaxSize')
  const type = rules.some(({ type }) => type === 'nestedValidation') ? typeOf(target, property) : undefined
  if (!max && !type) return []
  return [
    {
      property,
      limit: (max?.constraints[0] as number | undefined) ?? ITEMS_MAX,
      code: (max?.context as { code?: ProblemCode } | undefined)?.code ?? 'too-many-items',
      nested: type?.typeFunction() as RequestClass | undefined,
      isList: Reflect.getMetadata('design:type', target.prototype as object, property) === Array,
    },
  ]
}
