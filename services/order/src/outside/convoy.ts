import { setTimeout as wait } from 'node:timers/promises'

/** So long at most an answer waits for others: less than anybody notices, enough to fill a transaction. */
const GATHER_MS = 10

/** Lets calls that end within a moment of each other go on together, so that one transaction enters all their answers. Who is alone never waits. */
export class Convoy {
  private underWay = 0
  private leaving: Promise<void> | undefined

  async accompany<T>(call: () => Promise<T>): Promise<T> {
    this.underWay++
    try {
      return await call()
    } finally {
      this.underWay--
      if (this.underWay > 0 || this.leaving) await this.gather()
    }
  }

  private gather(): Promise<void> {
    this.leaving ??= wait(GATHER_MS).then(() => {
      this.leaving = undefined
    })
    return this.leaving
  }
}
