/** Compares as SQL does; null: not known. Dates by their instant, texts by their code units, tuples place by place. */
export function compare(a: unknown, b: unknown): number | null {
  if (a === null || a === undefined || b === null || b === undefined) return null
  if (Array.isArray(a) && Array.isArray(b)) {
    for (const [place, one] of a.entries()) {
      const order = compare(one, b[place])
      if (order !== 0) return order
    }
    return 0
  }
  if (a instanceof Date || b instanceof Date) return instantOf(a) - instantOf(b)
  if (typeof a === 'object' || typeof b === 'object') {
    const [one, other] = [JSON.stringify(a), JSON.stringify(b)]
    return one === other ? 0 : one < other ? -1 : 1
  }
  if (a === b) return 0
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b)
  return (a as string) < (b as string) ? -1 : 1
}

const instantOf = (value: unknown): number => (value instanceof Date ? value.getTime() : Date.parse(String(value)))

/** A value as a column of this type keeps it. */
export function kept(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null
  if (type.endsWith('[]')) {
    if (Array.isArray(value)) return value
    return value === '{}' ? [] : JSON.parse(String(value))
  }
  switch (type) {
    case 'jsonb':
      return typeof value === 'string' ? JSON.parse(value) : value
    case 'timestamptz':
      return value instanceof Date ? value : new Date(String(value))
    case 'integer':
    case 'int':
    case 'bigint':
    case 'smallint':
    case 'double':
      return typeof value === 'number' ? value : Number(value)
    case 'date':
      return value instanceof Date ? value.toISOString().slice(0, 10) : value
    case 'text':
      return typeof value === 'string' ? value : value instanceof Date ? value.toISOString() : String(value)
    default:
      return value
  }
}
