import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { removeData } from '@waybill/testing'

/** The same every day: a change that breaks something is then the change that is told so. `npm run fuzz` looks for what is new. */
const seed = process.env['FUZZ_SEED'] ?? '1'

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-fuzz-'))
})
afterAll(async () => {
  await removeData(directory)
  await rm(directory, { recursive: true })
})

test('thousands of wrong requests and messages end nothing, stop nothing and are told what is wrong with them', async () => {
  const args = ['fuzz', '--requests', '5000', '--messages', '1500', '--minutes', '0.75', '--orders', '30', '--seed', seed, '--infra', 'embedded', '--data', directory]
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', '..', 'local', 'run.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  await once(child, 'exit')
  const text = said.join('')
  if (child.exitCode !== 0) throw new Error(text.slice(text.indexOf('\nWRONG') === -1 ? -8_000 : text.indexOf('\nWRONG')))
  expect(Number(/(\d+) requests and (\d+) messages in/.exec(text)?.[1])).toBeGreaterThan(500)
}, 400_000)
