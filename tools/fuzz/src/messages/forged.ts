import { randomBytes } from 'node:crypto'
import type { EventDefinition } from '@waybill/contracts'

/** What all ids begin with that no service gave: so that what forged facts do to a world can be told from what happened to real ones. */
const MARK = 'f0220000'
const CODE = 'FUZZ'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Is it about something that only forged facts know? */
export const isForged = (text: string): boolean => text.includes(MARK) || text.includes(CODE)

/** An event id that nobody had before. */
export const forgedEventId = (): string => `${MARK}-${randomBytes(2).toString('hex')}-4000-8000-${randomBytes(6).toString('hex')}`

const idOf = (place: number, number: number): string => `${MARK}-0000-4000-8${String(place).padStart(3, '0')}-${String(number).padStart(12, '0')}`

/** What names things of the company: none of ours may change because of what nobody said. What channels send may name them. */
const codes: ReadonlySet<string> = new Set(['product', 'component', 'location', 'reference', 'lot', 'bin', 'supply'])

/** The example of a fact, about things that are not: their ids and their codes go by `number`. */
export function forgedPayload(event: EventDefinition, number: number): Record<string, unknown> {
  const seen = new Map<string, string>()
  const forge = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => forge(item, name))
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, forge(inner, key)]))
    if (typeof value !== 'string') return value
    if (UUID.test(value)) {
      const id = seen.get(value) ?? idOf(seen.size, number)
      seen.set(value, id)
      return id
    }
    return codes.has(name) && !(event.topic.writtenBy.includes('channels') && name !== 'reference') ? `${CODE}-${number}` : value
  }
  return forge(event.example, '') as Record<string, unknown>
}

const keyFields = ({ topic: { key } }: EventDefinition): readonly string[] => (key.includes('<') ? [...key.matchAll(/<(\w+)>/g)].map(([, field]) => field ?? '') : [key])

/** The record key that the registry's rule asks for. */
export const forgedKey = (event: EventDefinition, payload: Readonly<Record<string, unknown>>): string => keyFields(event).map((field) => String(payload[field])).join(':')
