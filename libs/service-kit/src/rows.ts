import { plainToInstance, type ClassConstructor } from 'class-transformer'
import { validateSync, type ValidationError } from 'class-validator'

/** A row that is not of the expected form. */
export interface RefusedRow {
  readonly row: number
  readonly status: 'refused'
  readonly code: string
  readonly pointer: string
  readonly detail: string
}

export interface ReadRows<T> {
  /** The good rows, each with its place among all. */
  readonly good: readonly { readonly row: number; readonly value: T }[]
  readonly refused: readonly RefusedRow[]
}

/** The most rows of one import call. */
export const ROWS_MAX = 500

/** Reads every row by itself, so that a bad one does not stop the others. */
export function readRows<T extends object>(shape: ClassConstructor<T>, rows: readonly object[]): ReadRows<T> {
  const good: { row: number; value: T }[] = []
  const refused: RefusedRow[] = []
  for (const [row, given] of rows.entries()) {
    const value = plainToInstance(shape, given)
    const [fault] = validateSync(value, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true, validationError: { target: false } })
    if (fault) refused.push({ row, status: 'refused', ...toFault(fault, '') })
    else good.push({ row, value })
  }
  return { good, refused }
}

/** The outcomes of all rows, in the order of the rows. */
export function outcomesOf(refused: readonly RefusedRow[], done: readonly { readonly row: number }[], read: ReadRows<object>): readonly { readonly row: number }[] {
  const settled = done.map((outcome) => ({ ...outcome, row: read.good[outcome.row]?.row ?? outcome.row }))
  return [...refused, ...settled].sort((a, b) => a.row - b.row)
}

function toFault(error: ValidationError, path: string): { code: string; pointer: string; detail: string } {
  const pointer = `${path}/${error.property}`
  const [rule] = Object.keys(error.constraints ?? {})
  const child = error.children?.[0]
  if (rule === undefined && child) return toFault(child, pointer)
  const named = Object.values(error.contexts ?? {})[0] as { code?: string } | undefined
  const code = named?.code ?? (error.value === undefined ? 'required' : rule === 'whitelistValidation' ? 'unknown-property' : 'invalid-value')
  return { code: rule === 'whitelistValidation' ? 'unknown-property' : code, pointer, detail: Object.values(error.constraints ?? {})[0] ?? '' }
}
