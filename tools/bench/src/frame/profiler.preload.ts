// Loaded before a service that is to be profiled: the first SIGUSR2 begins a CPU profile, the second keeps it.
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'

let session: Session | undefined

process.on('SIGUSR2', () => {
  if (session) {
    const ending = session
    session = undefined
    ending.post('Profiler.stop', (_error, { profile }) => {
      writeFileSync(join(process.env['BENCH_PROFILES'] ?? '.', `${process.pid}.cpuprofile`), JSON.stringify({ ...profile, program: process.argv[1] }))
      ending.disconnect()
    })
    return
  }
  session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.start')
})
