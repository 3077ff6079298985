import type { JsonObject, JsonValue } from '@waybill/kernel'

const isObject = (value: JsonValue | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What would break a reader or a writer of the released schema, as sentences with their place; empty if nothing would.
 * Inside a version only one thing is allowed: adding an optional field. Anything else is a new version of the message.
 */
export function incompatibilities(released: JsonValue | undefined, current: JsonValue | undefined, place = ''): string[] {
  if (isObject(released) && isObject(current) && (isObject(released['properties']) || isObject(current['properties']))) {
    const { properties: oldFields, required: oldRequired, ...oldRest } = released
    const { properties: newFields, required: newRequired, ...newRest } = current
    return [
      ...sameRequired(oldRequired, newRequired, place),
      ...fields(isObject(oldFields) ? oldFields : {}, isObject(newFields) ? newFields : {}, place),
      ...incompatibilities(oldRest, newRest, place),
    ]
  }
  if (isObject(released) && isObject(current)) {
    return [...new Set([...Object.keys(released), ...Object.keys(current)])].flatMap((key) => incompatibilities(released[key], current[key], `${place}/${key}`))
  }
  if (Array.isArray(released) && Array.isArray(current) && released.length === current.length) {
    return released.flatMap((each: JsonValue, index) => incompatibilities(each, current[index] as JsonValue, `${place}/${index}`))
  }
  return JSON.stringify(released) === JSON.stringify(current) ? [] : [`${place || '/'} was ${JSON.stringify(released)} and is ${JSON.stringify(current)}`]
}

function sameRequired(released: JsonValue | undefined, current: JsonValue | undefined, place: string): string[] {
  const before = new Set(Array.isArray(released) ? (released as string[]) : [])
  const now = new Set(Array.isArray(current) ? (current as string[]) : [])
  return [
    ...[...now].filter((name) => !before.has(name)).map((name) => `${place}/${name} became required`),
    ...[...before].filter((name) => !now.has(name)).map((name) => `${place}/${name} is no longer required`),
  ]
}

const fields = (released: JsonObject, current: JsonObject, place: string): string[] =>
  Object.keys(released).flatMap((name) =>
    current[name] === undefined ? [`${place}/${name} was removed`] : incompatibilities(released[name], current[name], `${place}/${name}`),
  )
