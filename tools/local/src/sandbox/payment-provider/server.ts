import { randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, type ListenAt, type RunningSandbox, header, listen, refusal, sandboxServer } from '../http.js'
import { IdempotentRequests, NotDone, fingerprint } from '../idempotent-requests.js'
import { Ledger } from '../ledger.js'
import { withMoods } from '../moods.js'
import { Book, type Operation } from './book.js'

/** The API key of a sandbox that was given none. */
export const defaultPaymentKey = 'sandbox-provider-key'

/** How a sandbox payment provider is to run. */
export interface PaymentProviderOptions extends ListenAt {
  /** Where its ledger lies: `payments.jsonl`. */
  readonly directory: string
  readonly apiKey?: string
  readonly authorizationDays?: number
  /** How long `tok_slow` takes. Unit: ms. */
  readonly slowMs?: number
  /** How long `tok_timeout_done` keeps the caller waiting before it hangs up. Unit: ms. */
  readonly hangMs?: number
  readonly now?: () => Date
}

interface Entry extends Operation {
  /** Fingerprint of the request that the key stood for. */
  readonly request: string
}

/** Unit: requests that `tok_unavailable` turns away per key before it answers. */
const unavailableTimes = 2
const wordMax = 200

/**
 * Starts a payment provider that moves no money: authorizations, captures in parts, voids and refunds, each under an
 * Idempotency-Key, all in an append-only ledger. Test tokens decide what happens to an authorization:
 *
 * - `tok_ok` and any other `tok_...`: succeeds
 * - `tok_declined`: declined for good; `tok_insufficient`: declined, another token may do
 * - `tok_slow`: succeeds after 3 s; `tok_unavailable`: 503 twice, then succeeds
 * - `tok_timeout_done`: does it and hangs up without an answer the first time; `tok_500_done`: does it and answers 500 once
 * - `tok_capture_fails`: every capture is declined; `tok_refund_fails_once`: the first refund is declined
 *
 * Whatever the token: `PUT /v1/mood`, see `withMoods`.
 *
 * 201: done. 402: declined, with `code` and `retryable`. 404: no such authorization or capture. 422: not understood.
 * 500, 503 or no answer: unknown; ask `GET /v1/operations?key=`.
 */
export async function startPaymentProvider(options: PaymentProviderOptions): Promise<RunningSandbox> {
  const now = options.now ?? (() => new Date())
  const ledger = await Ledger.open<Entry>(join(options.directory, 'payments.jsonl'))
  const book = new Book(ledger.entries, options.authorizationDays ?? 7)
  const requests = new IdempotentRequests(
    ledger.entries.map((entry) => ({ key: entry.key, request: entry.request, answer: answerOf(withoutRequest(entry)) })),
  )
  const turnedAway = new Map<string, number>()
  const server = sandboxServer()
  const expectedKey = Buffer.from(`Bearer ${options.apiKey ?? defaultPaymentKey}`)

  server.addHook('onRequest', async (request, reply) => {
    const given = Buffer.from(request.headers.authorization ?? '')
    if (request.url === '/health' || (given.length === expectedKey.length && timingSafeEqual(given, expectedKey))) return
    await send(reply, refusal(401, 'unauthenticated', 'Send the API key as a bearer token'))
  })

  withMoods(server)

  type Draft = ReturnType<Book['capture']>
  const post = (path: string, decide: (body: Record<string, unknown>, now: Date) => Draft | string): void => {
    server.post(path, async (request, reply) => {
      const body = (request.body ?? {}) as Record<string, unknown>
      const key = header(request.headers, 'idempotency-key')
      const token = path === '/v1/authorizations' ? body.token : undefined
      if (token === 'tok_unavailable' && key !== undefined) {
        const times = turnedAway.get(key) ?? 0
        turnedAway.set(key, times + 1)
        if (times < unavailableTimes) return send(reply.header('retry-after', '1'), refusal(503, 'unavailable', 'Try again'))
      }
      const asked = fingerprint(path, body)
      const { answer, fresh } = await requests.once(key, asked, async (used) => {
        const at = now()
        const draft = decide(body, at)
        if (typeof draft === 'string') throw new NotDone(refusal(422, 'invalid-request', draft))
        if (draft === undefined) throw new NotDone(refusal(404, 'not-found', 'There is no such authorization or capture'))
        const operation = book.enter(draft, used, at)
        await ledger.append({ ...operation, request: asked })
        return answerOf(operation)
      })
      if (fresh && token === 'tok_slow') await pause(options.slowMs ?? 3_000)
      if (fresh && token === 'tok_500_done') return send(reply, refusal(500, 'internal-error', 'Something went wrong'))
      if (fresh && token === 'tok_timeout_done') return hangUp(request, reply, options.hangMs ?? 10_000)
      return send(reply, answer)
    })
  }

  post('/v1/authorizations', (body, at) => {
    const { token, amountMinor, currency, reference } = body
    if (!isWord(token)) return 'token: a text is expected'
    if (!isAmount(amountMinor)) return 'amountMinor: a positive whole number is expected'
    if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return 'currency: three capital letters are expected'
    if (!isWord(reference)) return 'reference: a text is expected'
    return book.authorize({ token, amountMinor, currency, reference }, newId('auth'), at)
  })
  post('/v1/captures', ({ authorization, amountMinor }, at) => {
    if (!isWord(authorization)) return 'authorization: an id is expected'
    if (!isAmount(amountMinor)) return 'amountMinor: a positive whole number is expected'
    return book.capture({ authorization, amountMinor }, newId('cap'), at)
  })
  post('/v1/voids', ({ authorization }) => {
    if (!isWord(authorization)) return 'authorization: an id is expected'
    return book.void({ authorization }, newId('void'))
  })
  post('/v1/refunds', ({ authorization, capture, amountMinor }) => {
    if (!isAmount(amountMinor)) return 'amountMinor: a positive whole number is expected'
    if (isWord(capture)) return book.refund({ capture, amountMinor }, newId('ref'))
    if (isWord(authorization)) return book.refund({ authorization, amountMinor }, newId('ref'))
    return 'capture or authorization: an id is expected'
  })

  server.get<{ Querystring: { key?: string } }>('/v1/operations', async (request) => ({
    operations: ledger.entries.filter((entry) => entry.key === request.query.key).map(withoutRequest),
  }))
  server.get('/v1/ledger', async () => ({ operations: ledger.entries.map(withoutRequest) }))
  server.get('/health', async () => ({ status: 'ok' }))

  const url = await listen(server, options)
  return {
    url,
    stop: async () => {
      await server.close()
      await ledger.close()
    },
  }
}

const answerOf = (operation: Operation): Answer => ({ status: operation.status === 'succeeded' ? 201 : 402, body: operation })

function withoutRequest({ request: _request, ...operation }: Entry): Operation {
  return operation
}

const send = (reply: FastifyReply, answer: Answer): FastifyReply => reply.status(answer.status).send(answer.body)

/** Keeps the caller waiting, then closes the connection without a word. */
async function hangUp(request: FastifyRequest, reply: FastifyReply, hangMs: number): Promise<FastifyReply> {
  reply.hijack()
  await pause(hangMs, undefined, { ref: false })
  request.raw.socket.destroy()
  return reply
}

const newId = (kind: string): string => `${kind}_${randomBytes(10).toString('hex')}`
const isWord = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= wordMax
const isAmount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0
