import { createHmac, timingSafeEqual } from 'node:crypto'
import type { JsonValue } from '@waybill/kernel'
import { Problem } from './problem.js'

/** One page of a list. `next` is the cursor of the following page, or null on the last one. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** Query parameters as Fastify gives them: a repeated name is an array. */
export type QueryParameters = Readonly<Record<string, string | readonly string[] | undefined>>

const PAGE_DEFAULT = 50
const PAGE_MAX = 200

/** The page size asked for. Refuses: invalid-page unless a whole number from 1 to 200. */
export function limitOf(query: QueryParameters, { standard = PAGE_DEFAULT, max = PAGE_MAX } = {}): number {
  const given = query['limit']
  if (given === undefined) return standard
  const limit = typeof given === 'string' && /^\d{1,6}$/.test(given) ? Number(given) : 0
  if (limit < 1 || limit > max) throw new Problem('invalid-page', { detail: `limit is a whole number from 1 to ${max}` })
  return limit
}

/** The sort order asked for, from the allowed ones only: user text never reaches SQL. Refuses: invalid-sort naming them. */
export function sortOf<const Sort extends string>(query: QueryParameters, allowed: readonly [Sort, ...Sort[]]): Sort {
  const given = query['sort']
  if (given === undefined) return allowed[0]
  const sort = allowed.find((name) => name === given)
  if (sort === undefined) throw new Problem('invalid-sort', { detail: `sort is one of ${allowed.join(', ')}` })
  return sort
}

/** The value of a filter that may be given once, as text. Refuses: invalid-filter if repeated, longer than 200 characters or not of the form. */
export function filterOf(query: QueryParameters, name: string, form?: RegExp): string | undefined {
  const given = query[name]
  if (given === undefined || given === '') return undefined
  if (typeof given !== 'string' || given.length > 200 || given.includes('\0') || (form && !form.test(given)))
    throw new Problem('invalid-filter', { detail: `The filter ${name} is not valid`, data: { parameter: name } })
  return given
}

/** The one word asked for, of the allowed ones. Refuses: invalid-filter naming them. */
export function wordOf<const Word extends string>(query: QueryParameters, name: string, words: readonly Word[]): Word | undefined {
  const given = filterOf(query, name)
  if (given === undefined) return undefined
  const word = words.find((candidate) => candidate === given)
  if (word === undefined) throw new Problem('invalid-filter', { detail: `${name} is one of ${words.join(', ')}`, data: { parameter: name } })
  return word
}

/** How lists elsewhere are paged: ours go by `cursor`. */
const otherPaging = ['offset', 'page', 'skip']

/** Refuses: invalid-filter for parameters that this list does not know; invalid-sort and invalid-page where they ask for an order or a page that it does not have. */
export function onlyParameters(query: QueryParameters, known: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !known.includes(name))
  if (unknown === 'sort') throw new Problem('invalid-sort', { detail: 'This list has one order, which cannot be chosen' })
  if (unknown !== undefined && otherPaging.includes(unknown)) throw new Problem('invalid-page', { detail: 'Pages follow each other by cursor and limit' })
  if (unknown !== undefined)
    throw new Problem('invalid-filter', { detail: `Known parameters: ${known.join(', ')}`, data: { parameter: unknown.slice(0, 64) } })
}

const DAY_MS = 86_400_000
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$/

/**
 * The moments between which things are asked for, `from` included and `to` not, days as UTC.
 * Refuses: invalid-filter for what is no day nor instant of the calendar, invalid-range for one that ends before it begins,
 * range-too-wide beyond `daysMax` (an end left out is now).
 */
export function rangeOf(query: QueryParameters, { now, daysMax }: { readonly now: Date; readonly daysMax: number }): { readonly from: Date | undefined; readonly to: Date | undefined } {
  const [from, to] = [momentOf(query, 'from'), momentOf(query, 'to')]
  if (from === undefined) return { from, to }
  const days = ((to ?? now).getTime() - from.getTime()) / DAY_MS
  if (to !== undefined && days < 0) throw new Problem('invalid-range', { detail: 'from is later than to' })
  if (days > daysMax) throw new Problem('range-too-wide', { detail: `At most ${daysMax} days at once` })
  return { from, to }
}

function momentOf(query: QueryParameters, name: string): Date | undefined {
  const given = filterOf(query, name, INSTANT)
  if (given === undefined) return undefined
  const moment = new Date(given)
  // Date takes 30 February for 2 March
  if (Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== given.slice(0, 10)) throw new Problem('invalid-filter', { detail: `${name} is no day of the calendar`, data: { parameter: name } })
  return moment
}

/** More parameters than any list knows. */
const PARAMETERS_MAX = 50
const nested = /[[\].]|^(?:__proto__|constructor|prototype)$/

/** Refuses: invalid-filter for queries that no route of ours understands: nested names, or far too many. */
export function checkQuery(query: QueryParameters): void {
  const names = Object.keys(query)
  const bad = names.find((name) => nested.test(name))
  if (bad !== undefined) throw new Problem('invalid-filter', { detail: 'Parameters have plain names', data: { parameter: bad.slice(0, 64) } })
  if (names.length > PARAMETERS_MAX) throw new Problem('invalid-filter', { detail: `At most ${PARAMETERS_MAX} parameters` })
}

/**
 * Makes and reads the cursors of keyset lists: the position of the last row of a page, signed, and bound to its list
 * (name, filters, sort), so that it cannot be edited nor carried to another list.
 */
export abstract class Cursors {
  abstract make(list: string, position: readonly JsonValue[]): string
  /** The position in the query's `cursor`, or undefined on the first page. Refuses: invalid-cursor. */
  abstract read(list: string, query: QueryParameters): readonly JsonValue[] | undefined
  /** Cuts `limit + 1` rows read down to a page with its cursor. */
  page<T>(list: string, rows: readonly T[], limit: number, positionOf: (row: T) => readonly JsonValue[]): Page<T> {
    const items = rows.slice(0, limit)
    const last = items.at(-1)
    return { items, next: rows.length > limit && last !== undefined ? this.make(list, positionOf(last)) : null }
  }
}

const SIGNATURE_BYTES = 12

export class SignedCursors extends Cursors {
  constructor(private readonly key: string) {
    super()
  }

  make(list: string, position: readonly JsonValue[]): string {
    const body = Buffer.from(JSON.stringify(position))
    return Buffer.concat([this.signatureOf(list, body), body]).toString('base64url')
  }

  read(list: string, query: QueryParameters): readonly JsonValue[] | undefined {
    const given = query['cursor']
    if (given === undefined) return undefined
    const bytes = typeof given === 'string' && given.length <= 1024 ? Buffer.from(given, 'base64url') : Buffer.alloc(0)
    const body = bytes.subarray(SIGNATURE_BYTES)
    const isOurs = body.length > 0 && timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), this.signatureOf(list, body))
    if (!isOurs) throw new Problem('invalid-cursor')
    return JSON.parse(body.toString()) as readonly JsonValue[]
  }

  private signatureOf(list: string, body: Buffer): Buffer {
    return createHmac('sha256', this.key).update(`cursor\n${list}\n`).update(body).digest().subarray(0, SIGNATURE_BYTES)
  }
}
