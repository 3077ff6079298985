import { Problem } from './problem.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The number of a row, as text: larger than a double tells exactly. Refuses: invalid-id. */
export function rowNumberOf(text: string): string {
  if (!/^\d{1,18}$/.test(text)) throw new Problem('invalid-id', { detail: 'Expected a number' })
  return text
}

/** The id of a path, lower case. Refuses: invalid-id, so that no other text reaches a uuid column. */
export function uuidOf(text: string): string {
  if (!UUID.test(text)) throw new Problem('invalid-id', { detail: 'Expected a UUID' })
  return text.toLowerCase()
}
