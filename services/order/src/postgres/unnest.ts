/** A column of rows to be written: its name, its SQL type, one value per row. */
export type Column = readonly [name: string, type: string, values: readonly unknown[]]

/**
 * Rows as a table expression over array parameters, so that any number of them is one statement under one prepared name.
 * Names and types are literals of ours, never from outside.
 */
export function unnest(columns: readonly Column[], firstParameter = 1): { readonly sql: string; readonly columns: string; readonly values: unknown[] } {
  const names = columns.map(([name]) => name).join(', ')
  const arrays = columns.map(([, type], place) => `$${firstParameter + place}::${type}[]`).join(', ')
  return { sql: `unnest(${arrays}) AS given (${names})`, columns: names, values: columns.map(([, , values]) => [...values]) }
}
