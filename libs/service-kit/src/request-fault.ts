import type { ProblemCode } from './problem-codes.js'

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
  isIso8601: 'invalid-date',
  isRfc3339: 'invalid-date',
  isObject: 'object-expected',
  nestedValidation: 'object-expected',
}

/** A rule that a value broke, with the code that its field gives it. */
export interface BrokenRule {
  readonly rule: string
  readonly detail: string
  readonly code: ProblemCode | undefined
}

/** The one fault that is told of a field, from all its broken rules in the order in which they ran. */
export function faultOf(value: unknown, broken: readonly BrokenRule[]): { code: string; detail: string } {
  // decorators run from the field upwards: the topmost, which says the type, comes last and tells most
  const top = broken.at(-1)
  // a limit says what is wrong only where nothing else is: a missing list is not too long
  const telling = broken.filter(({ rule }) => rule !== 'arrayMaxSize' || broken.length === 1)
  const named = telling.findLast(({ code }) => code !== undefined)
  const detail = top?.detail ?? ''
  if (named?.code) return { code: named.code, detail }
  if (value === undefined && top?.rule !== 'whitelistValidation') return { code: 'required', detail }
  return { code: codeByRule[top?.rule ?? ''] ?? 'invalid-value', detail }
}
