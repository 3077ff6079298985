import { hasRefusedCharacter } from '@waybill/kernel'
import { Problem } from './problem.js'

/** How deep objects and arrays may be nested. */
export const JSON_DEPTH_MAX = 20

/** Keys that change what an object is when it is copied (hazard H18). */
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Every decimal of up to 15 digits survives the way into a double and back. */
const DIGITS_EXACT = 15

const inexactNumbers = new WeakMap<object, readonly string[]>()

/**
 * Pointers of the numbers in this body that cannot be told exactly (2^53+1, 1e309, 1.0000000000000001). They stand as
 * NaN, so that the field's own rule names its own code; what no rule refuses, the validation pipe does.
 */
export const inexactNumbersIn = (body: object): readonly string[] => inexactNumbers.get(body) ?? []

/**
 * Reads one JSON document, stricter than JSON.parse. A byte order mark is skipped.
 * Refuses: body-required, invalid-encoding, malformed-json (with the byte offset), json-too-deep, duplicate-json-key,
 * forbidden-key, invalid-character (with the pointer).
 */
export function parseJson(bytes: Buffer): unknown {
  const { text, skipped } = decode(bytes)
  const reader = new JsonReader(text, skipped)
  const value = reader.document()
  if (reader.inexact.length > 0 && typeof value === 'object' && value !== null) inexactNumbers.set(value, reader.inexact)
  return value
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Buffer): { text: string; skipped: number } {
  const skipped = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  if (bytes.length === skipped) throw new Problem('body-required')
  // JSON starts with an ASCII character: a zero among its first two bytes is UTF-16 or UTF-32
  if (bytes[0] === 0 || bytes[1] === 0) throw new Problem('invalid-encoding', { detail: 'The body is UTF-16 or UTF-32: expected UTF-8' })
  try {
    return { text: utf8.decode(bytes.subarray(skipped)), skipped }
  } catch (cause) {
    throw new Problem('invalid-encoding', { cause })
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const numberForm = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const literals = [['true', true], ['false', false], ['null', null]] as const

class JsonReader {
  readonly inexact: string[] = []
  private at = 0
  private depth = 0
  private readonly path: (string | number)[] = []

  constructor(
    private readonly text: string,
    private readonly bytesBefore: number,
  ) {}

  document(): unknown {
    this.skipSpace()
    if (this.at === this.text.length) throw new Problem('body-required')
    const value = this.value()
    this.skipSpace()
    if (this.at < this.text.length) this.malformed()
    return value
  }

  private value(): unknown {
    switch (this.text[this.at]) {
      case '{':
        return this.nested(() => this.object())
      case '[':
        return this.nested(() => this.array())
      case '"':
        return this.string()
      case 't':
      case 'f':
      case 'n':
        return this.literal()
      default:
        return this.number()
    }
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > JSON_DEPTH_MAX)
      throw new Problem('json-too-deep', { detail: `Nested deeper than ${JSON_DEPTH_MAX} at byte ${this.byteOffset()}` })
    this.at++
    this.skipSpace()
    const value = read()
    this.depth--
    return value
  }

  private object(): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    if (this.take('}')) return object
    do {
      this.skipSpace()
      if (this.text.charCodeAt(this.at) !== QUOTE) this.malformed()
      const start = this.at
      this.path.push('')
      const key = this.string()
      this.path[this.path.length - 1] = key
      if (forbiddenKeys.has(key)) throw this.problemHere('forbidden-key', start)
      if (Object.hasOwn(object, key)) throw this.problemHere('duplicate-json-key', start)
      this.skipSpace()
      if (!this.take(':')) this.malformed()
      this.skipSpace()
      object[key] = this.value()
      this.path.pop()
      this.skipSpace()
    } while (this.take(','))
    if (!this.take('}')) this.malformed()
    return object
  }

  private array(): unknown[] {
    const array: unknown[] = []
    if (this.take(']')) return array
    do {
      this.skipSpace()
      this.path.push(array.length)
      array.push(this.value())
      this.path.pop()
      this.skipSpace()
    } while (this.take(','))
    if (!this.take(']')) this.malformed()
    return array
  }

  private string(): string {
    const start = ++this.at
    let content = ''
    let copied = start
    for (;;) {
      const unit = this.text.charCodeAt(this.at)
      if (unit === QUOTE) break
      if (unit === BACKSLASH) {
        content += this.text.slice(copied, this.at) + this.escaped()
        copied = this.at
      } else if (unit >= 0x20) this.at++
      else this.malformed() // a raw control character, or NaN: the text has ended
    }
    content += this.text.slice(copied, this.at)
    this.at++
    if (hasRefusedCharacter(content)) throw this.problemHere('invalid-character', start)
    return content
  }

  private escaped(): string {
    const letter = this.text[this.at + 1] ?? ''
    if (letter === 'u') {
      const hex = this.text.slice(this.at + 2, this.at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.malformed()
      this.at += 6
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    const meant = escapes[letter]
    if (meant === undefined) this.malformed()
    this.at += 2
    return meant
  }

  private literal(): boolean | null {
    const found = literals.find(([word]) => this.text.startsWith(word, this.at))
    if (!found) this.malformed()
    this.at += found[0].length
    return found[1]
  }

  private number(): number {
    numberForm.lastIndex = this.at
    const match = numberForm.exec(this.text)
    if (!match) this.malformed()
    const [digits, fraction, exponent] = match
    this.at += digits.length
    const number = Number(digits)
    const isExact = fraction === undefined && exponent === undefined ? Number.isSafeInteger(number) : isExactDecimal(digits, number)
    if (isExact) return number
    this.inexact.push(this.pointer())
    return Number.NaN
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  private skipSpace(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
      this.at++
    }
  }

  private byteOffset(at = this.at): number {
    return this.bytesBefore + Buffer.byteLength(this.text.slice(0, at))
  }

  private pointer(): string {
    return pointerOf(this.path)
  }

  private malformed(): never {
    const byteOffset = this.byteOffset()
    throw new Problem('malformed-json', { detail: `Not JSON at byte ${byteOffset}`, data: { byteOffset } })
  }

  private problemHere(code: 'forbidden-key' | 'duplicate-json-key' | 'invalid-character', at: number): Problem {
    // the pointer of a bad key or text must not carry the bad character on
    const pointer = this.pointer().replace(/[^\x20-\x7e]/g, '?').slice(0, 256)
    return new Problem(code, { detail: `At byte ${this.byteOffset(at)}`, errors: [{ pointer, code }] })
  }
}

/** RFC 6901. */
export const pointerOf = (path: readonly (string | number)[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const significantDigits = (decimal: string): string =>
  decimal.replace(/[eE].*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')

function isExactDecimal(text: string, number: number): boolean {
  if (!Number.isFinite(number)) return false
  const digits = significantDigits(text)
  if (number === 0) return digits === ''
  return digits.length <= DIGITS_EXACT || digits === significantDigits(String(number))
}
