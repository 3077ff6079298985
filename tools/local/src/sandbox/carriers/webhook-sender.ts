import { setTimeout as pause } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'

/** Where scans are told, and the secret they are signed with (`whsec_` and base64). */
export interface WebhookTarget {
  readonly url: string
  readonly secret: string
}

/** One thing to tell. The id is the same in all attempts. */
export interface WebhookMessage {
  readonly id: string
  readonly body: object
}

/** How scans are told: as they should be, three times at once, or first with a signature that is wrong. */
const manners = ['well', 'tripled', 'forged-first'] as const
export type Manner = (typeof manners)[number]

export const isManner = (value: unknown): value is Manner => manners.some((manner) => manner === value)

const firstPauseMs = 200
const longestPauseMs = 5_000
const attemptMs = 10_000
const FORGED = `whsec_${Buffer.from('somebody else').toString('base64')}`

/** Sends signed webhooks (Standard Webhooks) until they are taken: any 2xx; everything else is tried again for as long as it runs. */
export class WebhookSender {
  private readonly ending = new AbortController()
  private target: WebhookTarget | undefined
  private manner: Manner = 'well'
  /** Scans with a wrong signature that were taken all the same. */
  takenForged = 0

  constructor(target: WebhookTarget | undefined) {
    this.target = target
  }

  aimAt(target: WebhookTarget): void {
    this.target = target
  }

  behave(manner: Manner): void {
    this.manner = manner
  }

  /** Resolves to true when the message was taken, to false when the sender ends before. */
  async deliver(message: WebhookMessage): Promise<boolean> {
    for (let attempt = 0; !this.ending.signal.aborted; attempt += 1) {
      if (this.target !== undefined && (await this.try(this.target, message))) return true
      const wait = Math.min(firstPauseMs * 2 ** attempt, longestPauseMs)
      await this.pause(wait)
    }
    return false
  }

  /** Waits, unless the sender ends first. */
  async until(time: Date): Promise<void> {
    const wait = time.getTime() - Date.now()
    if (wait > 0) await this.pause(wait)
  }

  stop(): void {
    this.ending.abort()
  }

  get isStopped(): boolean {
    return this.ending.signal.aborted
  }

  private async pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.ending.signal }).catch((error: unknown) => {
      if (!this.isStopped) throw error
    })
  }

  private async try(target: WebhookTarget, message: WebhookMessage): Promise<boolean> {
    switch (this.manner) {
      case 'well':
        return this.send(target, message)
      case 'tripled':
        return (await Promise.all([1, 2, 3].map(() => this.send(target, message)))).includes(true)
      case 'forged-first':
        if (await this.send({ ...target, secret: FORGED }, message)) this.takenForged += 1
        return this.send(target, message)
      default:
        return this.manner satisfies never
    }
  }

  private async send(target: WebhookTarget, message: WebhookMessage): Promise<boolean> {
    const body = JSON.stringify(message.body)
    const sentAt = new Date()
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': message.id,
          'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
          'webhook-signature': new Webhook(target.secret).sign(message.id, sentAt, body),
        },
        body,
        signal: AbortSignal.any([this.ending.signal, AbortSignal.timeout(attemptMs)]),
      })
      await response.arrayBuffer()
      return response.ok
    } catch {
      // Nobody there, no answer in time, or we end: all of it means "not taken", and the caller tries again.
      return false
    }
  }
}
