import type { ValidationOptions } from 'class-validator'
import type { ProblemCode } from './problem-codes.js'

/** Gives a constraint its stable code: `@Length(1, 64, code('invalid-reference')) reference!: string`. */
export const code = (stable: ProblemCode, options: ValidationOptions = {}): ValidationOptions => ({ ...options, context: { code: stable } })
