import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import type { Location } from '../goods/location.js'
import { Mirrors } from '../goods/mirrors.js'

/** Copies what inventory says of locations; shipments that waited for one are planned. */
@Injectable()
export class KeepLocations {
  constructor(private readonly mirrors: Mirrors) {}

  async run(inputs: readonly { readonly cause: Cause; readonly location: Location }[]): Promise<void> {
    await this.mirrors.keepLocations(inputs)
  }
}
