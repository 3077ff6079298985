import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '@waybill/simulator'
import { GaveWay, NotMade } from '../not-made.js'
import type { PlannedFault } from '../plan.js'
import type { Make, Scene } from '../scene.js'

const moods = ['too-many-requests', 'unavailable', 'timeout-but-done', 'error-but-done', 'malformed', 'slow'] as const
const manners = ['tripled', 'forged-first'] as const

async function put(url: string, body: object, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  return (await response.json()) as Record<string, unknown>
}

/** Puts a sandbox into a mood for a while. Throws: NotMade if nobody asked it for anything. */
async function inMood({ over }: Scene, { forMs }: PlannedFault, random: Random, url: string, headers: Record<string, string> = {}): Promise<string> {
  const mood = random.pick(moods)
  const before = await put(`${url}/v1/mood`, { mood }, headers)
  await wait(forMs, undefined, { signal: over }).catch(() => undefined)
  const after = await put(`${url}/v1/mood`, { mood: 'well' }, headers)
  const answers = Number(after['spoilt']) - Number(before['spoilt'])
  if (answers === 0) throw new NotMade(`${mood}: nobody asked`)
  return `${mood} for ${Math.round(forMs / 1_000)} s, ${answers} answers`
}

/** F27. */
export const provider: Make = (scene, fault, random) => inMood(scene, fault, random, scene.installation.paymentsUrl, { authorization: `Bearer ${scene.installation.paymentApiKey}` })

/** F27. */
export const carrier: Make = async (scene, fault, random) => {
  const { carriersUrl } = scene.installation
  if (random.chance(0.6)) return inMood(scene, fault, random, carriersUrl)
  const manner = random.pick(manners)
  await put(`${carriersUrl}/v1/webhook/manner`, { manner })
  await wait(fault.forMs, undefined, { signal: scene.over }).catch(() => undefined)
  const { takenForged } = await put(`${carriersUrl}/v1/webhook/manner`, { manner: 'well' })
  if (takenForged !== 0) throw new GaveWay(`${String(takenForged)} scans with a wrong signature were taken`)
  return `webhooks ${manner} for ${Math.round(fault.forMs / 1_000)} s`
}
