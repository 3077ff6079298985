import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '@waybill/simulator'
import type { Proxy } from '@waybill/testing'
import type { PlannedFault } from '../plan.js'
import { NotMade } from '../not-made.js'
import type { Make, Scene } from '../scene.js'

async function planned(proxy: Proxy, request: string, act: 'drop-reply' | 'cut-before' | 'cut-after', what: string): Promise<string> {
  try {
    await proxy.plan({ request, act })
    return what
  } catch {
    // given up when the faults are over
    throw new NotMade(`${what}: nobody asked`)
  }
}

/** F9. */
export const commitReply: Make = (scene, { service }, random) => {
  const act = random.pick(['drop-reply', 'drop-reply', 'cut-before', 'cut-after'] as const)
  return planned(scene.servers.linksOf(service).postgres, 'COMMIT', act, `${act} at COMMIT of ${service}`)
}

const reply = (request: string): Make => (scene, { service }, random) => {
  const act = random.pick(['drop-reply', 'drop-reply', 'cut-before'] as const)
  return planned(scene.servers.linksOf(service).kafka, request, act, `${act} at ${request} of ${service}`)
}

/** F13. */
export const produceReply = reply('Produce')
export const offsetReply = reply('OffsetCommit')
export const fetchReply = reply('Fetch')

const lineOf = ({ servers }: Scene, { service }: PlannedFault, random: Random): { readonly proxy: Proxy; readonly name: string } => {
  const to = random.pick(['postgres', 'kafka'] as const)
  return { proxy: servers.linksOf(service)[to], name: `${service} to ${to}` }
}

/** F10. What vanishes in a hole would be sent again by TCP when it closes, or the connection be reset: it is reset. */
export const blackHole: Make = async (scene, fault, random) => {
  const { proxy, name } = lineOf(scene, fault, random)
  const direction = random.pick(['to-server', 'to-client', 'both'] as const)
  proxy.blackHole(direction)
  await wait(fault.forMs, undefined, { signal: scene.over }).catch(() => undefined)
  proxy.heal()
  proxy.cut()
  return `${name}, ${direction}, ${Math.round(fault.forMs / 1_000)} s`
}

/** F11. */
export const latency: Make = async (scene, fault, random) => {
  const { proxy, name } = lineOf(scene, fault, random)
  const isNarrow = random.chance(0.25)
  const ms = random.between(50, 1_000)
  if (isNarrow) proxy.limit(8_192)
  else proxy.delay(ms, ms / 2)
  await wait(fault.forMs, undefined, { signal: scene.over }).catch(() => undefined)
  proxy.heal()
  return `${name}, ${isNarrow ? '8 kB/s' : `${ms} ms`}, ${Math.round(fault.forMs / 1_000)} s`
}

/** F12. */
export const cutAll: Make = async (scene, fault, random) => {
  const { proxy, name } = lineOf(scene, fault, random)
  const { connections } = proxy
  if (connections === 0) throw new NotMade(`${name} had no connection`)
  proxy.cut()
  return `${name}, ${connections} connections`
}
