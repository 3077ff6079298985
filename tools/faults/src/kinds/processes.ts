import { setTimeout as wait } from 'node:timers/promises'
import { NotMade } from '../not-made.js'
import type { Make } from '../scene.js'
import { pointsOf } from '../points.js'

/** F1. */
export const kill: Make = async ({ installation }, { service }) => {
  await installation.processOf(service).end('SIGKILL')
  return service
}

/** F2: it is started again so that it kills itself at a point on its way, at the n-th time. */
export const killAtPoint: Make = async ({ installation, over }, { service }, random) => {
  const running = installation.processOf(service)
  const crashAt = `${random.pick(pointsOf(service))}:${random.between(1, 3)}`
  await running.end('SIGKILL', { CRASH_AT: crashAt })
  const before = running.endings.length
  while (running.endings.length === before) {
    if (over.aborted) {
      // nobody shall die when the faults are over
      await running.end('SIGTERM')
      throw new NotMade(`${service} did not come to ${crashAt}`)
    }
    await wait(50)
  }
  const { how, isAsked } = running.endings[before] ?? { how: '', isAsked: true }
  if (isAsked || how !== 'SIGKILL') throw new NotMade(`${service} ended before it came to ${crashAt}`)
  return `${service} at ${crashAt}`
}

/** F3. */
export const restart: Make = async ({ installation }, { service }) => {
  const started = Date.now()
  await installation.processOf(service).end('SIGTERM')
  return `${service}, ended after ${((Date.now() - started) / 1_000).toFixed(1)} s`
}

/** F4. The kernel answers for it all the while: nobody's connection to it breaks. */
export const freeze: Make = async ({ installation, over }, { service, forMs }) => {
  const running = installation.processOf(service)
  running.signal('SIGSTOP')
  await wait(forMs, undefined, { signal: over }).catch(() => undefined)
  running.signal('SIGCONT')
  return `${service} for ${Math.round(forMs / 1_000)} s`
}

/** F14. */
export const thirdMember: Make = async ({ installation, over }, { service, forMs }) => {
  const another = await installation.startAnother(service)
  await wait(forMs, undefined, { signal: over }).catch(() => undefined)
  await another.stop()
  return `${service} for ${Math.round(forMs / 1_000)} s`
}
