/** Who waits for an answer, as long as it lives. */
export interface Caller {
  readonly isDead: boolean
}

/** A call to the outside that has no answer yet. */
export interface OutsideCall {
  readonly label: string
  readonly caller: Caller
  /** Does it, once: what was done before is answered alike. */
  readonly act: () => unknown
  readonly answer: (value: unknown) => void
  /** What the caller makes of silence. */
  readonly silence: () => void
}

/** The calls that are on their way, to be answered when somebody decides so. */
export class Outside {
  readonly open: OutsideCall[] = []

  /** The answer comes later, or never. */
  call<T>(caller: Caller, label: string, act: () => T, silent: T): Promise<T> {
    return new Promise((resolve) => {
      this.open.push({ label, caller, act, answer: (value) => resolve(value as T), silence: () => resolve(silent) })
    })
  }

  take(place: number): OutsideCall | undefined {
    return this.open.splice(place, 1)[0]
  }
}
