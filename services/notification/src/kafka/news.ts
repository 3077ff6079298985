import { asId, businessDate, unitsIn, type OrderId } from '@waybill/kernel'
import type { Received } from '@waybill/messaging'
import type { Occasion, Window } from '../messages/message.js'
import type { News } from '../messages/messages.js'

/** What customers are to be told by a batch; null: nothing. What is not told is admitted all the same. */
export const newsOf = <P extends { readonly order: string }>(batch: readonly Received<P>[], occasionOf: (payload: P) => Occasion | null): News[] =>
  batch.map(({ cause, payload }) => ({ cause, order: asId<OrderId>(payload.order), occasion: occasionOf(payload) }))

export const windowOf = ({ from, to }: { readonly from: string | null; readonly to: string | null }): Window => ({
  from: from === null ? null : businessDate(from),
  to: to === null ? null : businessDate(to),
})

/** How many units of which line. */
export const unitsOf = (lines: readonly { readonly line: number; readonly unitNumbers: readonly { readonly from: number; readonly to: number }[] }[]): { readonly line: number; readonly units: number }[] =>
  lines.map(({ line, unitNumbers }) => ({ line, units: unitsIn(unitNumbers) }))
