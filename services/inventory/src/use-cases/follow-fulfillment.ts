import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { blockFound, type Blocking } from '../stock/block.js'
import { handOver, type HandedOver } from '../stock/hand-over.js'
import { request, type Requested } from '../stock/request.js'
import { planRefused, reject, shortPick, type ShortPicked } from '../stock/resource.js'
import { StockStore } from '../stock/stock.store.js'

type Caused<K extends string, T> = { readonly cause: Cause } & { readonly [key in K]: T }
type Ended = Pick<ShortPicked, 'order' | 'fulfillment' | 'location'>

/** What the order asks of the floor, and what the floor and the carriers answer. */
@Injectable()
export class FollowFulfillment {
  constructor(private readonly stock: StockStore) {}

  async requested(inputs: readonly Caused<'requested', Requested>[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ requested }) => ({ orders: [requested.order] }),
      (book, fresh) => fresh.forEach(({ requested, cause }) => request(book, requested, cause)),
    )
  }

  async rejected(inputs: readonly Caused<'ended', Ended>[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ ended }) => ({ orders: [ended.order] }),
      (book, fresh) => fresh.forEach(({ ended, cause }) => reject(book, ended, cause)),
    )
  }

  async planRefused(inputs: readonly Caused<'ended', Ended>[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ ended }) => ({ orders: [ended.order] }),
      (book, fresh) => fresh.forEach(({ ended, cause }) => planRefused(book, ended, cause)),
    )
  }

  async shortPicked(inputs: readonly Caused<'short', ShortPicked>[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ short }) => ({ orders: [short.order], products: short.writtenOff.map(({ product }) => product), lots: short.writtenOff.map(({ lot }) => lot ?? null) }),
      (book, fresh) => fresh.forEach(({ short, cause }) => shortPick(book, short, cause)),
    )
  }

  async damaged(inputs: readonly Caused<'damage', Blocking>[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ damage }) => ({ products: [damage.product], lots: [damage.lot ?? null] }),
      (book, fresh) => fresh.forEach(({ damage, cause }) => blockFound(book, damage, cause)),
    )
  }

  async handedOver(inputs: readonly Caused<'handedOver', HandedOver>[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ handedOver }) => ({ orders: [handedOver.order], lots: handedOver.lines.flatMap(({ lots }) => lots.map(({ lot }) => lot)) }),
      (book, fresh) => fresh.forEach((each) => handOver(book, each.handedOver, each.cause)),
    )
  }
}
