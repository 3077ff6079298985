import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { TimelineStore } from '../timeline/timeline.store.js'

/** Builds the views anew from the kept facts: after a change of what they show, or when one is doubted. */
@Injectable()
export class RebuildViews {
  constructor(private readonly timeline: TimelineStore) {}

  run(cause: Cause): Promise<number> {
    return this.timeline.rebuild(cause)
  }
}
