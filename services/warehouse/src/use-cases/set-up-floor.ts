import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import type { Bin } from '../bins/bin.js'
import type { RowOutcome } from '../bins/bins.store.js'
import type { MaterialRule } from '../packing/material.js'
import type { MaterialSetup } from '../packing/packing.store.js'
import { Floor, type Answer, type FloorTx } from '../floor/floor.js'

type Statuses = readonly RowOutcome['status'][]

/** Sets up bins, materials and the rules that choose them. Each is known by its own code, so the same rows twice change nothing. */
@Injectable()
export class SetUpFloor {
  constructor(private readonly floor: Floor) {}

  bins(cause: Cause, bins: readonly Bin[]): Promise<Answer<Statuses> | undefined> {
    return this.setUp(cause, (tx) => tx.bins.setUp(bins))
  }

  materials(cause: Cause, setups: readonly MaterialSetup[]): Promise<Answer<Statuses> | undefined> {
    return this.setUp(cause, (tx) => tx.packing.setUpMaterials(setups, cause))
  }

  rules(cause: Cause, rules: readonly MaterialRule[]): Promise<Answer<Statuses> | undefined> {
    return this.setUp(cause, (tx) => tx.packing.setUpRules(rules))
  }

  private async setUp(cause: Cause, work: (tx: FloorTx) => Promise<Statuses>): Promise<Answer<Statuses> | undefined> {
    const [answer] = await this.floor.change<{ cause: Cause }, Statuses>([{ cause }], async (tx) => [await work(tx)])
    return answer
  }
}
