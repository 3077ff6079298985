import { setTimeout as wait } from 'node:timers/promises'

/** What a run of the simulator shares: whether it is over, and what went wrong on the way. */
export class Run {
  private isOver = false
  /** What people of the simulator could not do, by what they were told. */
  readonly troubles = new Map<string, number>()

  get isGoing(): boolean {
    return !this.isOver
  }

  end(): void {
    this.isOver = true
  }

  trouble(what: string): void {
    this.troubles.set(what, (this.troubles.get(what) ?? 0) + 1)
  }
}

/** Somebody who finds nothing to do looks again after up to this many times the first pause: idle people must not be the load. */
const PATIENCE = 8

/** Somebody's work: done again and again until the run is over; who finds nothing to do looks again after a pause that grows. */
export async function keepWorking(run: Run, work: () => Promise<boolean>, pauseMs: number, patienceMax = PATIENCE): Promise<void> {
  let patience = 1
  while (run.isGoing) {
    if (await work()) patience = 1
    else {
      await wait(pauseMs * patience)
      patience = Math.min(patienceMax, patience * 2)
    }
  }
}
