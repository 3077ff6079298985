import type { Tx } from '@waybill/service-kit'

export { newSealingKey as newInputKey, seal, unseal } from '@waybill/messaging'

/** How long raw copies of input are kept. Source: architecture section 3. */
export const INPUT_KEPT_DAYS = 30

/** Keeps new keys; their ids are those of what they open. */
export async function keepInputKeys(tx: Tx, keys: readonly { readonly id: string; readonly key: Buffer }[]): Promise<void> {
  await tx.query('input-keys.keep', 'INSERT INTO input_keys (id, key, made_at) SELECT id, key, $3 FROM unnest($1::uuid[], $2::bytea[]) AS given (id, key)', [
    keys.map(({ id }) => id),
    keys.map(({ key }) => key),
    tx.now,
  ])
}
