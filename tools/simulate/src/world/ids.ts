import { makeIdsBy } from '@waybill/service-kit'
import { hashesOf } from './random.js'

/**
 * Ids that follow from what they were made for: the n-th id of a cause is the same in every run in which that cause is met at that time,
 * whatever happened in between. So a script stays readable when steps are left out of it, and two orders of the same events can be compared.
 */
class Ids {
  private cause = ''
  private at = 0
  private made = 0
  private recorded: Set<string> | undefined

  /** Collects the ids that are made from now on. */
  record(): ReadonlySet<string> {
    this.recorded = new Set()
    return this.recorded
  }

  stopRecording(): void {
    this.recorded = undefined
  }

  /** From now on ids are made for this. */
  begin(cause: string, now: Date): void {
    this.cause = cause
    this.at = now.getTime()
    this.made = 0
  }

  next(): string {
    const { one, other } = hashesOf(`${this.cause}/${this.made++}`)
    const time = this.at.toString(16).padStart(12, '0')
    const tail = one.toString(16).padStart(8, '0')
    const rest = other.toString(16).padStart(8, '0')
    const id = `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${rest.slice(0, 3)}-${tail}${rest.slice(4)}`
    this.recorded?.add(id)
    return id
  }
}

/** One for all: the services take their ids from one place. */
export const ids = new Ids()
makeIdsBy(() => ids.next())

/** The part of an id that does not tell the time. */
export const shortOf = (id: string): string => id.slice(-12)
