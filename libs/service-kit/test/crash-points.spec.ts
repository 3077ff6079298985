import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { armCrashPoints, crashPoint, crashPointAfterThisTurn } from '@waybill/kernel'
import { controlProcess, eventually, type ControlledProcess } from '@waybill/testing'
import { ConfigError } from '../src/config.js'
import { armCrashPointsBy } from '../src/crash-points.js'

const root = join(import.meta.dirname, '..', '..', '..')
const armer = pathToFileURL(join(import.meta.dirname, '..', 'src', 'crash-points.ts')).href

describe('a process whose crash points are armed', () => {
  let directory: string
  let file: string
  beforeAll(async () => {
    // inside the repository, so that packages resolve
    await mkdir(join(root, '.waybill'), { recursive: true })
    directory = await mkdtemp(join(root, '.waybill', 'crash-'))
    file = join(directory, 'program.mjs')
    await writeFile(
      file,
      `import { armCrashPointsBy } from ${JSON.stringify(armer)}
       import { crashPoint } from '@waybill/kernel'
       armCrashPointsBy(process.env)
       for (let round = 1; round <= 3; round++) {
         crashPoint('C13-domain-written')
         crashPoint('C15-committed')
         console.log('round ' + round)
       }`,
    )
  })
  afterAll(() => rm(directory, { recursive: true }))

  const run = (env: Record<string, string>): Promise<ControlledProcess> =>
    controlProcess({ name: 'armed', file, env, nodeArgs: ['--import', join(root, 'tools', 'local', 'from-source.mjs'), '--no-warnings'] })

  it('dies as by kill -9 at the named point, the named time, and has written down where it came past', async () => {
    const seen = join(directory, 'seen')
    const armed = await run({ CRASH_AT: 'C15-committed:2', CRASH_POINTS_SEEN: seen })
    expect(await armed.ended).toEqual({ code: null, signal: 'SIGKILL' })
    expect(armed.output).toContain('round 1')
    expect(armed.output).not.toContain('round 2')
    expect(await readFile(seen, 'utf8')).toBe('C13-domain-written\nC15-committed\n')
  })

  it('lives where nothing is armed', async () => {
    const unarmed = await run({})
    expect(await unarmed.ended).toEqual({ code: 0, signal: null })
    await eventually(() => expect(unarmed.output).toContain('round 3'))
  })
})

it('a point that does not exist keeps a service from starting, instead of waiting for ever', () => {
  for (const wrong of ['C99-nowhere', 'C15-committed:0', 'C15-committed:soon', 'toString']) expect(() => armCrashPointsBy({ CRASH_AT: wrong })).toThrow(ConfigError)
})

it('a point says nothing before it is armed, and nothing after', async () => {
  const hit: string[] = []
  crashPoint('C6-batch-selected')
  armCrashPoints((name) => hit.push(name))
  crashPoint('C7-sent')
  crashPointAfterThisTurn('C8-acked')
  expect(hit).toEqual(['C7-sent'])
  await new Promise((resolve) => setImmediate(resolve))
  expect(hit).toEqual(['C7-sent', 'C8-acked'])
  crashPointAfterThisTurn('C9-cursor-moved')
  armCrashPoints(undefined)
  crashPoint('C7-sent')
  await new Promise((resolve) => setImmediate(resolve))
  expect(hit).toHaveLength(2)
})
