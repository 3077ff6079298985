import fc from 'fast-check'
import { type Definitions, resolved, type Schema } from '../schema.js'
import type { Pool } from './pool.js'

/** Deeper, a schema that contains itself would never end. */
const DEPTH_MAX = 6
const ITEMS_MAX = 3

interface Surroundings {
  readonly pool: Pool
  readonly definitions: Definitions
  /** What the route is about: rows of it that were answered once are sent back. */
  readonly family: string
}

/** What is new each time, or it is the same again. */
const always: ReadonlySet<string> = new Set(['reference', 'scanId'])

/** Values that the schema allows; where a name was met in answers, mostly what it had there. */
export function valueOf(schema: Schema, name: string, around: Surroundings, depth = 0): fc.Arbitrary<unknown> {
  const rule = resolved(schema, around.definitions)
  const either = (rule['anyOf'] ?? rule['oneOf']) as readonly Schema[] | undefined
  if (either !== undefined) return fc.oneof(...either.map((one) => valueOf(one, name, around, depth + 1)))
  if ('const' in rule) return fc.constant(rule['const'])
  if (Array.isArray(rule['enum'])) return fc.constantFrom(...(rule['enum'] as unknown[]))
  const fresh = freshValue(rule, name, around, depth)
  // numbers that were met are totals and times as often as pieces: small ones lead further
  const fitting = rule['type'] === 'string' && !always.has(name) ? around.pool.of(name).filter((value) => typeof value === 'string') : []
  return fitting.length === 0 ? fresh : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...fitting) }, { weight: 1, arbitrary: fresh })
}

function freshValue(rule: Schema, name: string, around: Surroundings, depth: number): fc.Arbitrary<unknown> {
  switch (rule['type']) {
    case 'object':
      return objectOf(rule, around, depth)
    case 'array':
      return depth > DEPTH_MAX ? fc.constant([]) : listOf(rule, name, around, depth)
    case 'integer':
      return fc.oneof({ weight: 6, arbitrary: fc.integer({ min: Math.max(1, Number(rule['minimum'] ?? 1)), max: Math.max(4, Number(rule['minimum'] ?? 1)) }) }, fc.integer({ min: Number(rule['minimum'] ?? 0), max: Math.min(Number(rule['maximum'] ?? 1_000_000), 9_000_000_000_000_000) }), fc.constantFrom(Number(rule['minimum'] ?? 0), Number(rule['maximum'] ?? 2_147_483_647)))
    case 'number':
      return fc.double({ min: Number(rule['minimum'] ?? 0), max: Number(rule['maximum'] ?? 1_000), noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return textOf(rule)
  }
}

function objectOf(rule: Schema, around: Surroundings, depth: number): fc.Arbitrary<unknown> {
  const { properties, additionalProperties: others } = rule
  if (properties !== undefined) {
    const required = (rule['required'] ?? []) as string[]
    const named = properties as Readonly<Record<string, Schema>>
    const fields = Object.fromEntries(Object.entries(named).filter(([name]) => depth <= DEPTH_MAX || required.includes(name)).map(([name, inner]) => [name, valueOf(inner, name, around, depth + 1)]))
    const lean = Object.fromEntries(Object.entries(fields).filter(([name]) => required.includes(name)))
    // a row as it was answered once, as far as the route takes it
    const rows = depth > 1 ? [] : around.pool.of(`${around.family} rows`).map((row) => Object.fromEntries(Object.entries(row as object).filter(([name, value]) => name in named && value !== null))).filter((row) => required.length > 0 && required.every((name) => name in row))
    return fc.oneof({ weight: 3, arbitrary: fc.record(lean) }, { weight: 1, arbitrary: fc.record(fields, { requiredKeys: required.filter((name) => name in fields) }) }, ...(rows.length === 0 ? [] : [{ weight: 3, arbitrary: fc.constantFrom(...rows) }]))
  }
  if (typeof others === 'object' && others !== null) return fc.dictionary(fc.constantFrom('EUR', 'USD', 'card', 'extra', 'size'), valueOf(others as Schema, '', around, depth + 1), { maxKeys: 2 })
  // an object without a form: a row as it was answered once
  const rows = around.pool.of(`${around.family} rows`)
  return rows.length === 0 ? fc.constant<unknown>({}) : fc.constantFrom(...rows)
}

function listOf(rule: Schema, name: string, around: Surroundings, depth: number): fc.Arbitrary<unknown> {
  const minLength = Number(rule['minItems'] ?? 0)
  const limits = { minLength, maxLength: Math.max(minLength, Math.min(ITEMS_MAX, Number(rule['maxItems'] ?? ITEMS_MAX))) }
  const items = valueOf((rule['items'] ?? {}) as Schema, name, around, depth + 1)
  return rule['uniqueItems'] === true ? fc.uniqueArray(items, limits) : fc.array(items, limits)
}

function textOf(rule: Schema): fc.Arbitrary<unknown> {
  const { pattern, format, example } = rule
  if (format === 'uuid') return fc.uuid()
  if (format === 'date') return fc.date({ min: new Date('2026-01-01'), max: new Date('2030-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10))
  if (format === 'email') return fc.emailAddress()
  if (typeof pattern === 'string') return textOfPattern(pattern)
  if (format === 'date-time') return fc.date({ min: new Date('2025-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }).map((date) => date.toISOString())
  const words = fc.string({ unit: 'grapheme-ascii', minLength: Math.max(1, Number(rule['minLength'] ?? 1)), maxLength: Math.min(20, Number(rule['maxLength'] ?? 20)) })
  return typeof example === 'string' ? fc.oneof(fc.constant(example), words) : words
}

function textOfPattern(pattern: string): fc.Arbitrary<unknown> {
  try {
    return fc.stringMatching(new RegExp(pattern))
  } catch {
    // not every construct can be turned around; the pool has texts that match
    return fc.string({ maxLength: 20 })
  }
}
