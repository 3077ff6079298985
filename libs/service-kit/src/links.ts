import { createHmac, timingSafeEqual } from 'node:crypto'
import { Problem } from './problem.js'

/** What a customer's link stands for: a kind (`tracking`, `pay`, ...) and the id it opens. */
export interface Link {
  readonly kind: string
  readonly id: string
}

/** Signs and reads customers' links: kind, id and an HMAC that only holders of LINK_KEY can make. A token names no person and does not expire by itself. */
export abstract class Links {
  /** A url-safe token, e.g. `tracking.0199...ab.Yk3...`. */
  abstract sign(kind: string, id: string): string
  /** Throws: Problem invalid-link if the token is not ours or is of another kind. */
  abstract read(token: string, kind?: string): Link
}

/** 128 bits: nobody guesses it, and a link stays short enough for an e-mail. */
const SIGNATURE_BYTES = 16
const PART = /^[A-Za-z0-9_-]{1,64}$/

const signatureOf = (key: string, kind: string, id: string): Buffer =>
  createHmac('sha256', key).update(`${kind}.${id}`).digest().subarray(0, SIGNATURE_BYTES)

/** A url-safe token for (kind, id). Both may hold letters, digits, `-` and `_`. */
export function signLink(key: string, kind: string, id: string): string {
  if (!PART.test(kind) || !PART.test(id)) throw new TypeError(`A link holds letters, digits, - and _: ${kind}, ${id}`)
  return `${kind}.${id}.${signatureOf(key, kind, id).toString('base64url')}`
}

/** What the token stands for, or undefined if it was not signed with this key. */
export function readLink(key: string, token: string): Link | undefined {
  const [kind = '', id = '', signature = '', ...rest] = token.split('.')
  if (rest.length > 0 || !PART.test(kind) || !PART.test(id)) return undefined
  const given = Buffer.from(signature, 'base64url')
  const expected = signatureOf(key, kind, id)
  // one text per token: base64url that decodes alike but is written otherwise is not ours
  if (given.length !== SIGNATURE_BYTES || given.toString('base64url') !== signature) return undefined
  return timingSafeEqual(given, expected) ? { kind, id } : undefined
}

export class KeyedLinks extends Links {
  /** Without a key (services that issue no links) signing is a defect and reading refuses. */
  constructor(private readonly key: string | undefined) {
    super()
  }

  sign(kind: string, id: string): string {
    if (this.key === undefined) throw new Error('LINK_KEY is needed to sign links')
    return signLink(this.key, kind, id)
  }

  read(token: string, kind?: string): Link {
    const link = this.key === undefined ? undefined : readLink(this.key, token)
    if (!link || (kind !== undefined && link.kind !== kind)) throw new Problem('invalid-link')
    return link
  }
}
