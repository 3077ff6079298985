import { isForged } from '../messages/forged.js'

const KEPT = 150
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const TEXT_MAX = 200

/** Words that the demo company and its outside world understand; everything else is found in answers. */
const known: Readonly<Record<string, readonly unknown[]>> = {
  currency: ['EUR', 'USD', 'JPY', 'KWD'],
  country: ['DE', 'NL', 'FR', 'US', 'GB', 'JP', 'BR'],
  token: ['tok_ok', 'tok_declined', 'tok_insufficient', 'tok_timeout_done', 'tok_500_done', 'tok_unavailable'],
  zone: ['Europe/Berlin', 'America/New_York', 'UTC'],
  region: ['TX', 'NJ', 'Bayern'],
  email: ['ada@example.com', 'müller@exämple.de'],
  ratePercent: ['19', '7', '0', '8.875'],
  taxCategory: ['standard', 'food'],
  category: ['standard', 'food', 'household'],
  expiresOn: ['2030-01-31', '2026-12-24'],
  limit: [1, 2, 50, 200],
  cutOff: ['17:00', '09:30'],
}

/** Where else a name's values are found. */
const others: Readonly<Record<string, readonly string[]>> = {
  bin: ['bins.id', 'code'], from: ['bin'], to: ['bin'], packages: ['sscc'], fulfillments: ['fulfillment', 'fulfillments.id'], component: ['product'], customer: ['email'], search: ['reference', 'order'],
}
/** Where the ids of a path are found, when not under the path's own word. */
const idsOf: Readonly<Record<string, readonly string[]>> = { 'pick-lists': ['list.id'], 'pick-tasks': ['task.id'], packages: ['packages.id'], parked: ['head.id'], messages: ['messages.id', 'head.id'], quarantine: ['quarantine.id'] }

/** What was found in answers, by the name it had there: so that later requests are about things that exist. */
export class Pool {
  private readonly values = new Map<string, unknown[]>(Object.entries(known).map(([name, some]) => [name, [...some]]))
  private readonly places = new Map<string, number>()

  add(name: string, value: unknown): void {
    // what only forged messages know leads nowhere
    if (typeof value === 'string' && isForged(value)) return
    const some = this.values.get(name) ?? []
    this.values.set(name, some)
    if (some.includes(value)) return
    if (some.length < KEPT) {
      some.push(value)
      return
    }
    // the oldest goes: what a run made last is most alive
    const place = this.places.get(name) ?? 0
    some[place] = value
    this.places.set(name, (place + 1) % KEPT)
  }

  of(...names: readonly string[]): readonly unknown[] {
    return names.flatMap((name) => [name, ...(others[name] ?? [])]).flatMap((name) => this.values.get(name) ?? [])
  }

  /** Ids of what this word of a path names. */
  idsOf(word: string): readonly unknown[] {
    return this.of(...(idsOf[word] ?? [word, `${word}.id`, word.replace(/s$/, '')]))
  }

  /** Takes what an answer names. `family` is the kind of thing that its path is about. */
  harvest(family: string, answer: unknown): void {
    this.take(family, answer, { left: 2_000 })
  }

  private take(name: string, value: unknown, work: { left: number }): void {
    if (work.left-- <= 0) return
    if (typeof value === 'string' || typeof value === 'number') {
      if (String(value).length > TEXT_MAX) return
      this.add(name, value)
      if (typeof value === 'string' && UUID.test(value)) this.add('uuid', value)
    } else if (Array.isArray(value)) {
      for (const item of value.slice(0, 20)) this.take(name, item, work)
    } else if (typeof value === 'object' && value !== null) {
      const { items, ...rest } = value as Record<string, unknown>
      // an id stands for the thing it is the id of; rows are kept whole, to be sent back changed
      if (typeof rest['id'] === 'string') this.add(name, rest['id'])
      this.add(`${name} rows`, rest)
      for (const [key, inner] of Object.entries(rest)) this.take(key === 'id' ? `${name}.id` : key, inner, work)
      if (items !== undefined) this.take(name, items, work)
    }
  }
}
