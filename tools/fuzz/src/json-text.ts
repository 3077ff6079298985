/** JSON as it is written, so that keys can stand twice and numbers be what no program would write. */
export type JsonText =
  | { readonly is: 'object'; readonly entries: readonly (readonly [key: string, value: JsonText])[] }
  | { readonly is: 'array'; readonly items: readonly JsonText[] }
  | { readonly is: 'text'; readonly text: string }

export function jsonTextOf(value: unknown): JsonText {
  if (Array.isArray(value)) return { is: 'array', items: value.map(jsonTextOf) }
  if (typeof value === 'object' && value !== null)
    return { is: 'object', entries: Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[JSON.stringify(key), jsonTextOf(inner)] as const])) }
  return { is: 'text', text: JSON.stringify(value) ?? 'null' }
}

export function written(node: JsonText): string {
  switch (node.is) {
    case 'object':
      return `{${node.entries.map(([key, value]) => `${key}:${written(value)}`).join(',')}}`
    case 'array':
      return `[${node.items.map(written).join(',')}]`
    case 'text':
      return node.text
    default:
      return node satisfies never
  }
}

/** One change to a document. `at` counts its values in the order in which they are written, round and round. */
export type Edit =
  | { readonly do: 'replace'; readonly at: number; readonly text: string }
  | { readonly do: 'remove'; readonly at: number }
  | { readonly do: 'insert'; readonly at: number; readonly key: string; readonly text: string }
  | { readonly do: 'repeat-key'; readonly at: number }
  | { readonly do: 'wrap'; readonly at: number; readonly in: 'array' | 'object' }
  | { readonly do: 'deepen'; readonly at: number; readonly levels: number }
  | { readonly do: 'multiply'; readonly at: number; readonly times: number }

export const edited = (document: JsonText, edits: readonly Edit[]): JsonText => edits.reduce(applied, document)

function applied(document: JsonText, edit: Edit): JsonText {
  const target = edit.at % sizeOf(document)
  return changeAt(document, { left: target }, (node) => change(node, edit)) ?? { is: 'text', text: '' }
}

const sizeOf = (node: JsonText): number => 1 + innerOf(node).reduce((sum, inner) => sum + sizeOf(inner), 0)

const innerOf = (node: JsonText): readonly JsonText[] => (node.is === 'object' ? node.entries.map(([, value]) => value) : node.is === 'array' ? node.items : [])

/** What stands in the place of a value: nothing, one, or (a key that stands twice) two. */
type Change = readonly JsonText[]

function change(node: JsonText, edit: Edit): Change {
  switch (edit.do) {
    case 'replace':
      return [{ is: 'text', text: edit.text }]
    case 'remove':
      return []
    case 'insert':
      return [node.is === 'object' ? { ...node, entries: [...node.entries, [JSON.stringify(edit.key), { is: 'text', text: edit.text }]] } : node.is === 'array' ? { ...node, items: [...node.items, { is: 'text', text: edit.text }] } : node]
    case 'repeat-key':
      return [node, node]
    case 'wrap':
      return [edit.in === 'array' ? { is: 'array', items: [node] } : { is: 'object', entries: [['"value"', node]] }]
    case 'deepen':
      return [{ is: 'text', text: `${'['.repeat(edit.levels)}1${']'.repeat(edit.levels)}` }]
    case 'multiply':
      return [node.is === 'array' ? { ...node, items: Array.from({ length: edit.times }, () => node.items[0] ?? { is: 'text', text: '{}' }) } : node]
    default:
      return edit satisfies never
  }
}

function changeAt(node: JsonText, place: { left: number }, make: (node: JsonText) => Change): JsonText | undefined {
  return around(node, place, make)[0]
}

function around(node: JsonText, place: { left: number }, make: (node: JsonText) => Change): Change {
  if (place.left === 0) {
    place.left = -1
    return make(node)
  }
  if (place.left > 0) place.left -= 1
  if (place.left < 0) return [node]
  if (node.is === 'object') return [{ ...node, entries: node.entries.flatMap(([key, value]) => around(value, place, make).map((one) => [key, one] as const)) }]
  if (node.is === 'array') return [{ ...node, items: node.items.flatMap((item) => around(item, place, make)) }]
  return [node]
}
