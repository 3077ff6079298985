// A service as its main.ts runs it, that can be told to die at a crash point. It loads at once and begins when told to, so that one
// can stand by while another is killed.
import { armCrashPoints, type CrashPoint } from '@waybill/kernel'
import { main, type ServiceDefinition } from '@waybill/service-kit'

export type Told = { readonly begin: true } | { readonly dieAt: CrashPoint; readonly time: number }
export type Said = { readonly is: 'loaded' } | { readonly is: 'armed'; readonly at: CrashPoint }

const say = (said: Said): void => void process.send?.(said)
const begun = Promise.withResolvers<void>()
process.on('message', (told: Told) => {
  if ('begin' in told) return begun.resolve()
  let left = told.time
  armCrashPoints((point) => {
    if (point === told.dieAt && --left === 0) process.kill(process.pid, 'SIGKILL')
  })
  say({ is: 'armed', at: told.dieAt })
})
process.once('disconnect', () => process.exit(1))

// Taken out: what is left of the arguments is the service's own, and it refuses what it does not know.
const [entry = ''] = process.argv.splice(2, 1)
const { service } = (await import(entry)) as { readonly service: ServiceDefinition }
say({ is: 'loaded' })
await begun.promise
await main(service)
