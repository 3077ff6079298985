/** Deeper than this, JSON is an attack or an accident. */
const JSON_DEPTH_MAX = 20

export type StrictJson = { readonly value: unknown } | { readonly refused: string; readonly detail: string }

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Reads JSON the way a ledger has to. Refuses: malformed-json, json-too-deep, duplicate-json-key, forbidden-key,
 * unsafe-number (an integer that a double cannot hold), invalid-character (NUL or half a surrogate pair).
 * Limit: depth 20.
 */
export function parseStrictJson(text: string): StrictJson {
  const scanned = scan(text)
  if (typeof scanned !== 'number') return scanned
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { refused: 'malformed-json', detail: error instanceof Error ? error.message : 'not JSON' }
  }
  const seen = { keys: 0, refused: '', detail: '' }
  walk(value, '', seen)
  if (seen.refused) return { refused: seen.refused, detail: seen.detail }
  // JSON.parse keeps the last of equal keys, so fewer keys in the value than colons in the text means a key came twice.
  if (seen.keys !== scanned) return { refused: 'duplicate-json-key', detail: `${scanned} keys written, ${seen.keys} different` }
  return { value }
}

/** Number of keys written, or the refusal of what is too deep to parse: about 1 ns a character. */
function scan(text: string): number | { readonly refused: string; readonly detail: string } {
  let keys = 0
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22 /* " */) {
      index = endOfString(text, index)
    } else if (code === 0x3a /* : */) {
      keys++
    } else if (code === 0x7b || code === 0x5b /* { [ */) {
      if (++depth > JSON_DEPTH_MAX) return { refused: 'json-too-deep', detail: `deeper than ${JSON_DEPTH_MAX} at character ${index}` }
    } else if (code === 0x7d || code === 0x5d /* } ] */) {
      depth--
    }
  }
  return keys
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === 0x5c /* \ */) slashes++
    if (slashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return text.length
}

function walk(value: unknown, path: string, seen: { keys: number; refused: string; detail: string }): void {
  if (seen.refused) return
  if (typeof value === 'string') {
    if (value.includes('\u0000') || !value.isWellFormed()) refuse(seen, 'invalid-character', path)
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) refuse(seen, 'unsafe-number', path)
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) walk(value[index], `${path}/${index}`, seen)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      seen.keys++
      if (forbiddenKeys.has(key)) return refuse(seen, 'forbidden-key', `${path}/${key}`)
      if (key.includes('\u0000') || !key.isWellFormed()) return refuse(seen, 'invalid-character', path)
      walk(inner, `${path}/${key}`, seen)
    }
  }
}

function refuse(seen: { refused: string; detail: string }, code: string, path: string): void {
  seen.refused = code
  seen.detail = path === '' ? '/' : path
}
