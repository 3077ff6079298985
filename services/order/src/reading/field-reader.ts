import { hasRefusedCharacter, lengthOf, MINOR_MAX, UNITS_MAX } from '@waybill/kernel'
import type { Fault, RefusalCode } from './fault.js'

type Fields = Readonly<Record<string, unknown>>

/** A text may hold a few code points per grapheme; a tower of marks is no name. */
const POINTS_PER_GRAPHEME = 8

/**
 * Reads the fields of one object and collects what is wrong with them. A field that is wrong reads as its stand-in
 * (empty, null, 0): the caller asks `faults` before it uses anything.
 */
export class FieldReader {
  private readonly known = new Set<string>()

  constructor(
    private readonly fields: Fields,
    private readonly at: string,
    readonly faults: Fault[],
  ) {}

  /** A reader of the object in this field; of an empty one if it is missing or no object. */
  object(name: string, isRequired = true): FieldReader {
    const value = this.take(name)
    if (isObject(value)) return new FieldReader(value, this.pointerTo(name), this.faults)
    if (value !== undefined || isRequired) this.refuse(name, value === undefined ? 'required' : 'object-expected', 'An object is expected')
    return new UnreadFields()
  }

  text(name: string, charactersMax: number): string {
    const text = this.textOrNull(name, charactersMax)
    if (text === null && !this.isFaulty(name)) this.refuse(name, 'required', 'A text is expected')
    return text ?? ''
  }

  /** Spaces around it are taken off; a missing or empty text reads as null. */
  textOrNull(name: string, charactersMax: number): string | null {
    const value = this.take(name)
    if (value === undefined || value === null) return null
    if (typeof value !== 'string') return this.refuse(name, 'invalid-text', 'A text is expected')
    if (hasRefusedCharacter(value) || /[\t\n\r]/.test(value)) return this.refuse(name, 'invalid-character', 'It holds a control, invisible or unassigned character')
    const text = value.trim()
    if (text.length > charactersMax * POINTS_PER_GRAPHEME || lengthOf(text) > charactersMax)
      return this.refuse(name, 'too-long', `At most ${charactersMax} characters`)
    return text === '' ? null : text
  }

  /** A text that has to pass a check of its own, with its own code; read as it stands. Missing: `required`. */
  checked(name: string, code: RefusalCode, expected: string, isGood: (text: string) => boolean): string {
    const value = this.take(name)
    if (value === undefined || value === null) this.refuse(name, 'required', expected)
    else if (typeof value === 'string' && isGood(value)) return value
    else this.refuse(name, code, `Expected ${expected}`)
    return ''
  }

  checkedOrNull(name: string, code: RefusalCode, expected: string, isGood: (text: string) => boolean): string | null {
    return this.fields[name] === undefined || this.fields[name] === null ? this.missing(name) : this.checked(name, code, expected, isGood)
  }

  word<Word extends string>(name: string, words: readonly Word[], usual: Word): Word {
    const value = this.take(name)
    if (value === undefined || value === null) return usual
    const word = words.find((each) => each === value)
    if (word === undefined) this.refuse(name, 'invalid-value', `Expected one of ${words.join(', ')}`)
    return word ?? usual
  }

  units(name: string): number {
    const value = this.take(name)
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= UNITS_MAX) return value
    this.refuse(name, 'invalid-quantity', `Expected a whole number from 1 to ${UNITS_MAX}`)
    return 0
  }

  /** Unit: minor units. */
  amountOrNull(name: string): bigint | null {
    const value = this.take(name)
    if (value === undefined || value === null) return null
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MINOR_MAX) return BigInt(value)
    return this.refuse(name, 'invalid-amount', `Expected a whole number of minor units from 0 to ${MINOR_MAX}`)
  }

  integer(name: string, min: number, max: number, usual: number): number {
    const value = this.take(name)
    if (value === undefined || value === null) return usual
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
    this.refuse(name, 'invalid-value', `Expected a whole number from ${min} to ${max}`)
    return usual
  }

  boolean(name: string, usual: boolean): boolean {
    const value = this.take(name)
    if (value === undefined || value === null) return usual
    if (typeof value === 'boolean') return value
    this.refuse(name, 'invalid-value', 'Expected true or false')
    return usual
  }

  /** Unit: minor units. */
  amount(name: string): bigint {
    const minor = this.amountOrNull(name)
    if (minor === null && !this.isFaulty(name)) this.refuse(name, 'required', 'An amount is expected')
    return minor ?? 0n
  }

  /** The entries of a list, each checked and told by its own place; a missing list reads as empty. */
  texts(name: string, itemsMax: number, code: RefusalCode, expected: string, isGood: (text: string) => boolean): string[] {
    const items = this.items(name, itemsMax)
    items.forEach((item, index) => {
      if (typeof item !== 'string' || !isGood(item)) this.faults.push({ code, pointer: `${this.pointerTo(name)}/${index}`, detail: `Expected ${expected}` })
    })
    return items.filter((item): item is string => typeof item === 'string')
  }

  /** Readers of the objects in a list; a missing list reads as empty. */
  objects(name: string, itemsMax: number): FieldReader[] {
    return this.items(name, itemsMax).flatMap((item, index) => {
      if (isObject(item)) return [new FieldReader(item, `${this.pointerTo(name)}/${index}`, this.faults)]
      this.faults.push({ code: 'object-expected', pointer: `${this.pointerTo(name)}/${index}`, detail: 'An object is expected' })
      return []
    })
  }

  /** The names of all fields, for an object whose keys are values. */
  names(): string[] {
    return Object.keys(this.fields)
  }

  /** A moment, or a day (its first moment, UTC). Null: not said. */
  instantOrDay(name: string): Date | null {
    const text = this.checkedOrNull(name, 'invalid-date', 'a moment such as 2026-11-23T10:00:00Z or a day such as 2026-11-23', (given) => isInstant(given) || isInstant(`${given}T00:00:00Z`))
    return text ? new Date(text) : null
  }

  /** A moment with its offset, as in 2026-11-23T10:00:00Z. */
  instantOrNull(name: string): Date | null {
    const text = this.checkedOrNull(name, 'invalid-date', 'a moment such as 2026-11-23T10:00:00Z', isInstant)
    return text ? new Date(text) : null
  }

  /** The value as it came; the caller checks it and tells what is wrong. */
  raw(name: string): unknown {
    return this.take(name)
  }

  /** Tells a fault of this field, and reads it as null. */
  refuse(name: string, code: RefusalCode, detail: string): null {
    this.faults.push({ code, pointer: this.pointerTo(name), detail })
    return null
  }

  /** Refuses what nobody asked for. Call it last. */
  nothingElse(): void {
    for (const name of Object.keys(this.fields)) {
      if (!this.known.has(name)) this.refuse(printable(name), 'unknown-property', 'This property is not known here')
    }
  }

  pointerTo(name: string): string {
    return `${this.at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  }

  private items(name: string, itemsMax: number): readonly unknown[] {
    const value = this.take(name)
    if (value === undefined || value === null) return []
    if (Array.isArray(value) && value.length <= itemsMax) return value
    this.refuse(name, Array.isArray(value) ? 'too-many-items' : 'invalid-value', `Expected a list of at most ${itemsMax}`)
    return []
  }

  private take(name: string): unknown {
    this.known.add(name)
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined
  }

  private missing(name: string): null {
    this.known.add(name)
    return null
  }

  private isFaulty(name: string): boolean {
    const pointer = this.pointerTo(name)
    return this.faults.some((fault) => fault.pointer === pointer)
  }
}

/** Stands for an object that is not there: reads as empty and complains about nothing, the object itself was refused. */
class UnreadFields extends FieldReader {
  constructor() {
    super({}, '', [])
  }
}

export const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const INSTANT = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** Date.parse takes 30 February for 2 March: a day is good if it is the day it became. */
function isInstant(text: string): boolean {
  if (!INSTANT.test(text)) return false
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
}

/** A name that a reply may carry. */
const printable = (name: string): string => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 64)
