import { setTimeout as wait } from 'node:timers/promises'
import type { Make } from '../scene.js'

const moods = ['too-many-requests', 'unavailable', 'timeout-but-done', 'error-but-done', 'malformed', 'slow'] as const
const manners = ['tripled', 'forged-first'] as const

async function put(url: string, body: object, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  return (await response.json()) as Record<string, unknown>
}

/** F27. */
export const provider: Make = async ({ installation, over }, { forMs }, random) => {
  const mood = random.pick(moods)
  const say = (one: string) => put(`${installation.paymentsUrl}/v1/mood`, { mood: one }, { authorization: `Bearer ${installation.paymentApiKey}` })
  const before = await say(mood)
  await wait(forMs, undefined, { signal: over }).catch(() => undefined)
  const after = await say('well')
  return `${mood} for ${Math.round(forMs / 1_000)} s, ${Number(after['spoilt']) - Number(before['spoilt'])} answers`
}

/** F27. */
export const carrier: Make = async ({ installation, over }, { forMs }, random) => {
  const { carriersUrl } = installation
  if (random.chance(0.4)) {
    const manner = random.pick(manners)
    await put(`${carriersUrl}/v1/webhook/manner`, { manner })
    await wait(forMs, undefined, { signal: over }).catch(() => undefined)
    const { takenForged } = await put(`${carriersUrl}/v1/webhook/manner`, { manner: 'well' })
    if (takenForged !== 0) throw new Error(`${String(takenForged)} scans with a wrong signature were taken`)
    return `webhooks ${manner} for ${Math.round(forMs / 1_000)} s`
  }
  const mood = random.pick(moods)
  const before = await put(`${carriersUrl}/v1/mood`, { mood })
  await wait(forMs, undefined, { signal: over }).catch(() => undefined)
  const after = await put(`${carriersUrl}/v1/mood`, { mood: 'well' })
  return `${mood} for ${Math.round(forMs / 1_000)} s, ${Number(after['spoilt']) - Number(before['spoilt'])} answers`
}
