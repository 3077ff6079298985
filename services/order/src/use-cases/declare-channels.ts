import { Injectable } from '@nestjs/common'
import type { Answered, Cause } from '@waybill/kernel'
import { ChannelStore, type ChannelDeclared } from '../channels/channel.store.js'
import { readChannel } from '../channels/read-channel.js'

/** Declares the ways customers order by. The same again changes nothing. */
@Injectable()
export class DeclareChannels {
  constructor(private readonly store: ChannelStore) {}

  run(cause: Cause, channels: readonly unknown[]): Promise<Answered<readonly ChannelDeclared[]>> {
    return this.store.declare(cause, channels.map(readChannel))
  }
}
