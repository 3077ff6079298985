import type { RequestCause } from '@waybill/kernel'
import { isSurroundings, type Service } from './service.js'

/** What somebody asked a service for, under a key. */
export interface Asked {
  readonly label: string
  readonly service: Service
  readonly run: () => Promise<unknown>
}

/** How many of the answered ones are remembered, to be sent once more. */
const REMEMBERED = 8

/** Requests of people and channels: sent again under the same key until there is an answer, and now and then once more. */
export class Requests {
  readonly unanswered: Asked[] = []
  readonly answered: Asked[] = []
  private step = 0
  private count = 0

  constructor(private readonly complain: (what: string) => void) {}

  /** Keys follow from the step in which they are made, so that they stay the same when other steps are left out. */
  begin(step: number): void {
    this.step = step
    this.count = 0
  }

  /** A key that no other request has. `name` says what is asked for. */
  causeOf(client: string, name: string): RequestCause {
    return { kind: 'request', client, key: `${name}#${this.step}.${this.count++}`, route: name, bodyHash: name, actor: client, correlationId: null, traceparent: null }
  }

  /** Asks; undefined: there was no answer, and it will be asked again. */
  async ask<T>(service: Service, cause: RequestCause, call: () => Promise<T>): Promise<T | undefined> {
    const asked: Asked = { label: cause.key, service, run: call }
    return (await this.send(asked)) as T | undefined
  }

  async again(place: number): Promise<void> {
    const [asked] = this.unanswered.splice(place, 1)
    if (asked) await this.send(asked)
  }

  /** Somebody clicks twice. */
  async repeat(place: number): Promise<void> {
    const asked = this.answered[place]
    if (asked) await this.send(asked)
  }

  private async send(asked: Asked): Promise<unknown> {
    const { process } = asked.service
    try {
      const answer = await process.orDeath(asked.run())
      if (process.isDead) this.unanswered.push(asked)
      else {
        this.answered.push(asked)
        if (this.answered.length > REMEMBERED) this.answered.shift()
        return answer
      }
    } catch (error) {
      if (isSurroundings(error)) this.unanswered.push(asked)
      else this.complain(`${asked.service.name} cannot answer ${asked.label}: ${(error as Error).stack ?? String(error)}`)
    }
    return undefined
  }
}
