/** This process's clock: for durations and displays. What decides an expiry is the database's, Tx.now. */
export abstract class Clock {
  abstract now(): Date
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date()
  }
}
