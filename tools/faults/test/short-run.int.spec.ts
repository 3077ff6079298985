import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findJava } from '@waybill/testing'
import type { FaultReport } from '../src/report.js'

const root = join(import.meta.dirname, '..', '..', '..')
const java = await findJava(process.env)
const withJava = 'path' in java ? test : test.skip
const SEED = 20
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-fault-run-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function faults(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const program = spawn(process.execPath, [join(root, 'tools', 'local', 'run.mjs'), 'faults', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(program, 'close')) as [number | null]
  return { code, output }
}

// the long way is `npm run faults -- --orders 2000 --minutes 20`
withJava('two minutes of faults over a hundred orders lose, double, oversell, overcharge and stall nothing', async () => {
  const report = join(directory, 'report.json')
  const { code, output } = await faults(['--orders', '100', '--minutes', '2', '--seed', String(SEED), '--kills-per-minute', '6', '--others-per-minute', '16', '--directory', join(directory, 'run'), '--report', report])
  const found = JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as Partial<FaultReport>
  // what it printed is the way to what went wrong
  if (code !== 0) throw new Error(output.slice(-20_000))
  expect(found).toMatchObject({ seed: SEED, orders: 100, accepted: 100, refused: 0, lost: [], doubled: [], oversold: [], doubleCharged: [], stuck: [], quarantined: [], notAtRest: [], violations: [], parkedAfterRedrive: 0 })
  expect(found.kills).toBeGreaterThan(4)
  expect(found.otherFaults).toBeGreaterThan(15)
}, 900_000)
