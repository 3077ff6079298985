import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Tx } from '@waybill/service-kit'

/** Raw input of customers is kept sealed, under a key of its own that can be deleted by itself. */
const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/** How long raw copies of input are kept. Source: architecture section 3. */
export const INPUT_KEPT_DAYS = 30

export const newInputKey = (): Buffer => randomBytes(32)

export function seal(key: Buffer, text: string): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body])
}

/** Throws: if the bytes were not sealed with this key. */
export function unseal(key: Buffer, sealed: Buffer): string {
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES))
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
}

/** Keeps new keys; their ids are those of what they open. */
export async function keepInputKeys(tx: Tx, keys: readonly { readonly id: string; readonly key: Buffer }[]): Promise<void> {
  await tx.query('input-keys.keep', 'INSERT INTO input_keys (id, key, made_at) SELECT id, key, $3 FROM unnest($1::uuid[], $2::bytea[]) AS given (id, key)', [
    keys.map(({ id }) => id),
    keys.map(({ key }) => key),
    tx.now,
  ])
}
