import { Injectable } from '@nestjs/common'
import type { Answered, Cause } from '@waybill/kernel'
import { UnitOfWork, type Tx } from '@waybill/service-kit'
import { ChannelStore, type ChannelDeclared } from '../channels/channel.store.js'
import type { Channel } from '../channels/channel.js'
import { canonical } from '../reading/canonical.js'
import type { Refusal } from '../reading/fault.js'
import { channelOf, toJson, type ChannelRow } from './catalogue.row.js'
import { termsChanged } from './terms.js'

/** Channels in PostgreSQL. */
@Injectable()
export class PostgresChannelStore extends ChannelStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async declare(cause: Cause, channels: readonly (Channel | Refusal)[]): Promise<Answered<readonly ChannelDeclared[]>> {
    const [outcome] = await this.uow.change([{ cause }], async (tx) => {
      await termsChanged(tx)
      const answers: ChannelDeclared[] = []
      // a company has a handful of channels: one after the other, so that a later one in the file counts
      for (const channel of channels) answers.push('faults' in channel ? { status: 'refused', ...channel } : await this.keep(tx, channel))
      return [answers]
    })
    return { result: outcome?.result ?? [], replayed: outcome?.replayed ?? false }
  }

  async list(after: string | undefined, limit: number): Promise<readonly Channel[]> {
    const rows = await this.uow.query<ChannelRow>('channels.list', 'SELECT * FROM channels WHERE code > $1 ORDER BY code LIMIT $2', [after ?? '', limit])
    return rows.map(channelOf)
  }

  private async keep(tx: Tx, channel: Channel): Promise<ChannelDeclared> {
    const [before] = await tx.query<ChannelRow>('channels.one', 'SELECT * FROM channels WHERE code = $1', [channel.code])
    if (before && canonical(channelOf(before)) === canonical(channel)) return { status: 'unchanged' }
    await tx.query(
      'channels.keep',
      `INSERT INTO channels (code, name, brand, currencies, default_currency, pricing, prices_include_tax, shipping, discount_ppm)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (code) DO UPDATE SET name = $2, brand = $3, currencies = $4, default_currency = $5, pricing = $6, prices_include_tax = $7, shipping = $8, discount_ppm = $9`,
      [
        channel.code, channel.name, channel.brand, channel.currencies, channel.defaultCurrency, channel.pricing, channel.pricesIncludeTax,
        toJson(channel.shipping), channel.discountPpm,
      ],
    )
    return { status: before ? 'updated' : 'created' }
  }
}
