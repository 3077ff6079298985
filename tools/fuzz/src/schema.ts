/** A part of a JSON Schema, of OpenAPI or of a contract. */
export type Schema = Readonly<Record<string, unknown>>

/** Where `$ref` leads. */
export type Definitions = Readonly<Record<string, Schema>>

/** The schema itself, or what it refers to. */
export function resolved(schema: Schema, definitions: Definitions): Schema {
  const { $ref } = schema
  return typeof $ref === 'string' ? (definitions[$ref.split('/').at(-1) ?? ''] ?? {}) : schema
}

/**
 * Does the value fit? Knows what our schemas use and nothing more; written apart from the validators of the house, so
 * that a test of theirs does not ask them.
 */
export function fits(schema: Schema, value: unknown, definitions: Definitions = {}): boolean {
  const rule = resolved(schema, definitions)
  const inner = (other: unknown, part: unknown): boolean => fits(other as Schema, part, definitions)
  if (Array.isArray(rule['enum']) && !rule['enum'].includes(value)) return false
  if ('const' in rule && rule['const'] !== value) return false
  const either = (rule['anyOf'] ?? rule['oneOf']) as readonly Schema[] | undefined
  if (either !== undefined && !either.some((one) => inner(one, value))) return false
  if (Array.isArray(rule['allOf']) && !rule['allOf'].every((one) => inner(one, value))) return false
  const types = rule['type'] === undefined ? [] : [rule['type']].flat()
  if (types.length > 0 && !types.some((type) => isOfType(String(type), value))) return false
  if (typeof value === 'string') return fitsText(rule, value)
  if (typeof value === 'number') return fitsNumber(rule, value)
  if (Array.isArray(value)) return fitsList(rule, value, inner)
  if (typeof value === 'object' && value !== null) return fitsObject(rule, value as Readonly<Record<string, unknown>>, inner)
  return true
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

const limit = (rule: Schema, name: string, otherwise: number): number => (typeof rule[name] === 'number' ? rule[name] : otherwise)

function fitsText(rule: Schema, text: string): boolean {
  const length = [...text].length
  if (length < limit(rule, 'minLength', 0) || length > limit(rule, 'maxLength', Infinity)) return false
  return typeof rule['pattern'] !== 'string' || new RegExp(rule['pattern'], 'u').test(text)
}

const fitsNumber = (rule: Schema, number: number): boolean =>
  number >= limit(rule, 'minimum', -Infinity) && number <= limit(rule, 'maximum', Infinity) && number > limit(rule, 'exclusiveMinimum', -Infinity) && number < limit(rule, 'exclusiveMaximum', Infinity)

type Inner = (schema: unknown, value: unknown) => boolean

function fitsList(rule: Schema, list: readonly unknown[], inner: Inner): boolean {
  if (list.length < limit(rule, 'minItems', 0) || list.length > limit(rule, 'maxItems', Infinity)) return false
  return rule['items'] === undefined || list.every((item) => inner(rule['items'], item))
}

function fitsObject(rule: Schema, object: Readonly<Record<string, unknown>>, inner: Inner): boolean {
  const properties = (rule['properties'] ?? {}) as Readonly<Record<string, Schema>>
  const patterns = Object.entries((rule['patternProperties'] ?? {}) as Readonly<Record<string, Schema>>)
  if (((rule['required'] ?? []) as readonly string[]).some((name) => object[name] === undefined)) return false
  return Object.entries(object).every(([name, value]) => {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (own !== undefined) return value === undefined || inner(own, value)
    const matching = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(name))
    if (matching.length > 0) return matching.every(([, schema]) => inner(schema, value))
    const others = rule['additionalProperties']
    return others === undefined || others === true || (others !== false && inner(others, value))
  })
}
