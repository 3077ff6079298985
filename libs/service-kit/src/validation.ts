import type { ValidationOptions } from 'class-validator'

/** Gives a constraint its stable code: `@Length(1, 64, code('invalid-reference')) reference!: string`. */
export const code = (stable: string, options: ValidationOptions = {}): ValidationOptions => ({ ...options, context: { code: stable } })
