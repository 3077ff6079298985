import { createHash } from 'node:crypto'
import { type Answer, refusal } from './http.js'

/** Which request a key stood for, and what was answered. */
export interface KeptAnswer {
  readonly key: string
  readonly request: string
  readonly answer: Answer
}

/** The fingerprint of a request: the same route and body give the same one. */
export const fingerprint = (route: string, body: unknown): string =>
  createHash('sha256').update(`${route}\n${JSON.stringify(body)}`).digest('hex')

/** Thrown by work that changed nothing: the answer is sent, and the key may be used again for the right request. */
export class NotDone extends Error {
  constructor(readonly answer: Answer) {
    super('nothing was changed')
  }
}

/** One answer per key: the same request gets it again, another request under the same key is refused. */
export class IdempotentRequests {
  private readonly answers = new Map<string, { readonly request: string; readonly answer: Promise<Answer> }>()

  constructor(kept: readonly KeptAnswer[]) {
    for (const { key, request, answer } of kept) this.answers.set(key, { request, answer: Promise.resolve(answer) })
  }

  /**
   * Does `work` once per key. `fresh` tells whether it was done just now.
   * Work that throws has not happened: its key is free again. NotDone becomes its answer.
   */
  async once(
    key: string | undefined,
    request: string,
    work: (key: string) => Promise<Answer>,
  ): Promise<{ readonly answer: Answer; readonly fresh: boolean }> {
    if (key === undefined || key === '') {
      return { answer: refusal(400, 'idempotency-key-required', 'Send an Idempotency-Key header'), fresh: false }
    }
    const before = this.answers.get(key)
    if (before !== undefined) {
      if (before.request !== request) {
        return { answer: refusal(422, 'idempotency-key-reused', 'This key was used for another request'), fresh: false }
      }
      return { answer: await orNotDone(before.answer), fresh: false }
    }
    const answer = work(key)
    this.answers.set(key, { request, answer })
    try {
      return { answer: await answer, fresh: true }
    } catch (error) {
      this.answers.delete(key)
      if (error instanceof NotDone) return { answer: error.answer, fresh: false }
      throw error
    }
  }
}

async function orNotDone(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof NotDone) return error.answer
    throw error
  }
}
