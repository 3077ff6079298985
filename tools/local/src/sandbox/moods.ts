import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { refusal } from './http.js'

/**
 * How the outside treats whoever asks it to do something:
 *
 * - `well`: as it should
 * - `too-many-requests`, `unavailable`: 429 or 503, and nothing is done
 * - `timeout-but-done`: does it, keeps the caller waiting and hangs up
 * - `error-but-done`: does it and answers 500
 * - `malformed`: does it and answers half an answer
 * - `slow`: does it and answers late
 */
const moods = ['well', 'too-many-requests', 'unavailable', 'timeout-but-done', 'error-but-done', 'malformed', 'slow'] as const
export type Mood = (typeof moods)[number]

const HANG_MS = 12_000
const SLOW_MS = 4_000
/** Where moods are set; it is asked in any mood. */
const PATH = '/v1/mood'

/**
 * Lets a sandbox be put into a mood, for tests of its callers: `PUT /v1/mood { mood }`. It is about what changes something (every POST);
 * questions are answered, so that a caller can find out what was done. Must come before the routes.
 */
export function withMoods(server: FastifyInstance): void {
  let mood: Mood = 'well'
  let spoilt = 0
  server.addHook('preHandler', async (request, reply) => {
    if (request.method !== 'POST' || (mood !== 'too-many-requests' && mood !== 'unavailable')) return
    spoilt += 1
    const { status, body } = mood === 'unavailable' ? refusal(503, 'unavailable', 'Try again') : refusal(429, 'too-many-requests', 'Slow down')
    await reply.status(status).header('retry-after', '1').send(body)
  })
  server.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'POST' || reply.statusCode >= 300) return payload
    switch (mood) {
      case 'well':
      case 'too-many-requests':
      case 'unavailable':
        return payload
      case 'slow':
        spoilt += 1
        await pause(SLOW_MS, undefined, { ref: false })
        return payload
      case 'timeout-but-done':
        spoilt += 1
        await pause(HANG_MS, undefined, { ref: false })
        request.raw.socket.destroy()
        return payload
      case 'error-but-done':
        spoilt += 1
        reply.status(500)
        return JSON.stringify(refusal(500, 'internal-error', 'Something went wrong').body)
      case 'malformed':
        spoilt += 1
        return String(payload).slice(0, Math.floor(String(payload).length / 2))
      default:
        return mood satisfies never
    }
  })
  server.put(PATH, async (request, reply) => {
    const wanted = ((request.body ?? {}) as { mood?: unknown }).mood
    const known = moods.find((one) => one === wanted)
    if (known === undefined) return reply.status(422).send(refusal(422, 'invalid-request', `mood: one of ${moods.join(', ')}`).body)
    mood = known
    return { mood, spoilt }
  })
}
