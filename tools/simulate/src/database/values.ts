/** Compares as SQL does; null: not known. Dates by their instant, texts by their code units, tuples place by place. */
export function compare(a: unknown, b: unknown): number | null {
  if (a === null || a === undefined || b === null || b === undefined) return null
  if (typeof a === 'string' && typeof b === 'string') return a === b ? 0 : a < b ? -1 : 1
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return a.length - b.length
    for (let place = 0; place < a.length; place++) {
      const order = compare(a[place], b[place])
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

/** Makes a value what a column keeps. */
export type Keep = (value: unknown) => unknown

const number: Keep = (value) => (typeof value === 'number' || value === null ? value : value === undefined ? null : Number(value))
const asGiven: Keep = (value) => value ?? null

const keepers: Readonly<Record<string, Keep>> = {
  jsonb: (value) => (typeof value === 'string' ? JSON.parse(value) : (value ?? null)),
  timestamptz: (value) => (value instanceof Date || value === null ? value : value === undefined ? null : new Date(String(value))),
  integer: number,
  int: number,
  bigint: number,
  smallint: number,
  double: number,
  date: (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : (value ?? null)),
  text: (value) => (typeof value === 'string' || value === null ? value : value === undefined ? null : value instanceof Date ? value.toISOString() : String(value)),
}

const array: Keep = (value) => (value === null || value === undefined ? null : Array.isArray(value) ? value : value === '{}' ? [] : JSON.parse(String(value)))

/** How a column of this type keeps values. */
export const keeperOf = (type: string): Keep => (type.endsWith('[]') ? array : (keepers[type] ?? asGiven))
