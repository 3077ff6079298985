/** A Monday morning, the time at which every run begins. */
const BEGIN = Date.UTC(2026, 10, 23, 9)

/** Time that passes only when it is told to. */
export class VirtualClock {
  private ms = BEGIN
  private today = new Date(BEGIN)

  get now(): Date {
    return this.today
  }

  get sinceBeginMs(): number {
    return this.ms - BEGIN
  }

  pass(ms: number): void {
    this.ms += ms
    this.today = new Date(this.ms)
  }

  reach(instant: number): void {
    if (instant > this.ms) this.pass(instant - this.ms)
  }
}
