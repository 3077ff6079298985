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

/** Somebody's work: done again and again until the run is over; pauses when there was nothing to do. */
export async function keepWorking(run: Run, work: () => Promise<boolean>, pauseMs: number): Promise<void> {
  while (run.isGoing) if (!(await work())) await wait(pauseMs)
}
