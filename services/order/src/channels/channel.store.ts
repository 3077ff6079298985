import type { Answered, Cause } from '@waybill/kernel'
import type { Refusal } from '../reading/fault.js'
import type { Channel } from './channel.js'

/** What became of a declaration, by its place in the request. */
export type ChannelDeclared = { readonly status: 'created' | 'updated' | 'unchanged' } | ({ readonly status: 'refused' } & Refusal)

/** Keeps channels. */
export abstract class ChannelStore {
  /** Keeps the channels by their codes, all at once; what could not be read is answered as it is. */
  abstract declare(cause: Cause, channels: readonly (Channel | Refusal)[]): Promise<Answered<readonly ChannelDeclared[]>>
  /** In order of code, after `after`. */
  abstract list(after: string | undefined, limit: number): Promise<readonly Channel[]>
}
