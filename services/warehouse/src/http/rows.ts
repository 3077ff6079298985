import { readRows, ROWS_MAX } from '@waybill/service-kit'
import { Type, type ClassConstructor } from 'class-transformer'
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject } from 'class-validator'
import type { RowOutcome } from '../bins/bins.store.js'

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
  const { good, refused } = readRows(shape, rows)
  const statuses = good.length > 0 ? await save(good.map(({ value }) => read(value))) : []
  const done = good.map(({ row }, place): RowOutcome => ({ row, status: statuses[place] ?? 'unchanged' }))
  return { outcomes: [...refused, ...done].sort((a, b) => a.row - b.row) }
}
