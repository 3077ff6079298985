import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { consumes, makeService, startConsumer, type ServiceOptions } from '../harness.js'

/** A process of its own with one replica of the tests' service: to be stopped, woken, stalled and killed. Its argument is this, as JSON. */
export interface MemberOptions {
  readonly prefix: string
  readonly brokers: readonly string[]
  readonly service: Pick<ServiceOptions, 'database' | 'databaseUrl' | 'member' | 'limits' | 'times'>
  /** A relay and nothing else, or a consumer too. */
  readonly consumes: boolean
  /** In the transaction of the first fact with this note: the event loop stands still so long, or the handler waits so long. */
  readonly stall?: { readonly note: string; readonly how: 'block' | 'wait'; readonly ms: number }
}

/** What it tells, by IPC. */
export type MemberNews = { readonly what: 'health'; readonly consumer: string; readonly relay: string; readonly ready: boolean } | { readonly what: 'fatal'; readonly error: string }

const tell = (news: MemberNews): void => void process.send?.(news)

const options = JSON.parse(process.argv[2] ?? '{}') as MemberOptions
const service = makeService(options, { ...(options.consumes ? consumes : {}), ...options.service, onFatal: (error) => tell({ what: 'fatal', error: error.message }) })
let stalled = false
if (options.consumes)
  await startConsumer(service, {
    effect: async (fresh) => {
      const { stall } = options
      if (!stall || stalled || !fresh.some(({ payload }) => payload.note === stall.note)) return
      stalled = true
      // What goes by IPC leaves only when the loop turns.
      writeFileSync(1, 'stalls\n')
      if (stall.how === 'wait') await pause(stall.ms)
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stall.ms)
    },
  })
else await service.messaging.start()
setInterval(() => {
  const { consumer, relay, ready } = service.messaging.health()
  tell({ what: 'health', consumer, relay, ready })
}, 200)
process.on('SIGTERM', () => void service.stop().then(() => process.exit(0)))
process.on('disconnect', () => process.exit(1))
process.stdout.write('ready\n')
