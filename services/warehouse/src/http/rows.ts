import { Type, plainToInstance, type ClassConstructor } from 'class-transformer'
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, validateSync, type ValidationError } from 'class-validator'
import type { RowOutcome } from '../bins/bins.store.js'

/** Most rows of one import call. */
const ROWS_MAX = 500

/** Rows of an import; each is read by itself, so that a bad one does not stop the others. */
export class ImportRequest {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(ROWS_MAX)
  @IsObject({ each: true })
  @Type(() => Object)
  rows!: object[]
}

export type ImportAnswer = { readonly outcomes: readonly RowOutcome[] }

/** Reads the rows of an import, does the good ones, and tells how each ended, in their order. */
export async function importRows<Row extends object, Item>(
  rows: readonly object[],
  shape: ClassConstructor<Row>,
  read: (row: Row) => Item,
  save: (items: readonly Item[]) => Promise<readonly RowOutcome['status'][]>,
): Promise<ImportAnswer> {
  const items: Item[] = []
  const outcomes = rows.map((given, row): RowOutcome | number => {
    const value = plainToInstance(shape, given)
    const [error] = validateSync(value, { whitelist: true, forbidNonWhitelisted: true, validationError: { target: false } })
    return error ? { row, status: 'refused', ...faultOf(error) } : items.push(read(value)) - 1
  })
  const statuses = items.length > 0 ? await save(items) : []
  return { outcomes: outcomes.map((outcome, row) => (typeof outcome === 'number' ? { row, status: statuses[outcome] ?? 'unchanged' } : outcome)) }
}

function faultOf(error: ValidationError, path = ''): Pick<RowOutcome, 'code' | 'pointer' | 'detail'> & object {
  const pointer = `${path}/${error.property}`
  const [nested] = error.children ?? []
  if (!error.constraints && nested) return faultOf(nested, pointer)
  const [[rule, detail] = ['', '']] = Object.entries(error.constraints ?? {})
  const { code } = (error.contexts?.[rule] ?? {}) as { code?: string }
  const standard = rule === 'whitelistValidation' ? 'unknown-property' : error.value === undefined ? 'required' : 'invalid-value'
  return { code: code ?? standard, pointer, detail }
}
