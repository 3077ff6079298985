import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { Mirrors } from '../goods/mirrors.js'
import type { Product } from '../goods/product.js'

/** Copies what the catalogue says of products; shipments that waited for one are planned. */
@Injectable()
export class KeepProducts {
  constructor(private readonly mirrors: Mirrors) {}

  async run(inputs: readonly { readonly cause: Cause; readonly product: Product }[]): Promise<void> {
    await this.mirrors.keepProducts(inputs)
  }
}
