import { Injectable } from '@nestjs/common'
import { TimelineStore, type Told } from '../timeline/timeline.store.js'

/** Keeps every fact of the house and shows it on the board and the timelines. */
@Injectable()
export class KeepFacts {
  constructor(private readonly timeline: TimelineStore) {}

  run(told: readonly Told[]): Promise<void> {
    return this.timeline.keep(told)
  }
}
