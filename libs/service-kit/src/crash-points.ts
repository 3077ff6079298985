import { armCrashPoints, crashPoints, type CrashPoint } from '@waybill/kernel'
import { appendFileSync } from 'node:fs'
import { ConfigError, type Env } from './config.js'

/**
 * For tests of crashes: CRASH_AT=C13-domain-written:2 has the process die there the second time, as by kill -9; CRASH_POINTS_SEEN names
 * a file that gets each point passed, once. Without either the points cost nothing. Throws: ConfigError for a point that does not exist.
 */
export function armCrashPointsBy(env: Env): void {
  const { CRASH_AT: at = '', CRASH_POINTS_SEEN: seenFile = '' } = env
  if (at === '' && seenFile === '') return
  const [point = '', count = '1'] = at.split(':')
  if (at !== '' && (!Object.hasOwn(crashPoints, point) || !/^[1-9]\d*$/.test(count)))
    throw new ConfigError([{ name: 'CRASH_AT', fault: `is "${at}"`, expected: 'a crash point and which time, like C13-domain-written:2' }])
  let left = Number(count)
  const seen = new Set<CrashPoint>()
  armCrashPoints((name) => {
    if (seenFile !== '' && !seen.has(name)) appendFileSync(seenFile, `${name}\n`)
    seen.add(name)
    if (name === point && --left === 0) process.kill(process.pid, 'SIGKILL')
  })
}
