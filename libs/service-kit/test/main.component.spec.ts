import { expect, test } from '@jest/globals'
import { developmentKey, eventually, freePort, namespace } from '@waybill/testing'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { sample } from './sample.service.js'
import { schemaLacks } from '../src/migrate.js'

const ns = await namespace()
const root = new URL('../../../', import.meta.url)

/** The sample as a process of its own, as a container would start it. */
function start(env: Readonly<Record<string, string>>, ...args: readonly string[]): { readonly child: ChildProcess; readonly said: () => string } {
  const child = spawn(process.execPath, ['--import', './tools/local/from-source.mjs', 'libs/service-kit/test/sample.main.ts', ...args], { cwd: root, env: { PATH: process.env['PATH'], ...env } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return { child, said: () => said }
}

const isUp = async (port: number, path: string): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined))?.ok ?? false

test('a service waits for its schema, `migrate` brings it, and a signal ends either', async () => {
  const database = await ns.emptyDatabase()
  await ns.topics()
  const port = await freePort()
  const env = { DATABASE_URL: database, KAFKA_BROKERS: ns.kafkaBrokers.join(','), NAMESPACE: ns.prefix, PORT: String(port), AUTH_DEVELOPMENT_KEY: developmentKey }
  expect(await schemaLacks(sample, database)).toBeDefined()

  const early = start(env)
  await eventually(() => expect(early.said()).toContain('waiting for the database and its schema'), 40_000)
  expect(await isUp(port, '/health/startup')).toBe(false)
  early.child.kill('SIGTERM')
  expect(await once(early.child, 'exit')).toEqual([0, null])

  const service = start(env)
  await eventually(() => expect(service.said()).toContain('waiting'), 40_000)
  const migration = start(env, 'migrate')
  expect([await once(migration.child, 'exit'), migration.said()]).toEqual([[0, null], expect.stringContaining('the schema of this build')])
  expect(await schemaLacks(sample, database)).toBeUndefined()
  await eventually(async () => expect(await isUp(port, '/health/startup')).toBe(true), 40_000)
  service.child.kill('SIGTERM')
  expect(await once(service.child, 'exit')).toEqual([0, null])
}, 120_000)

test('an unknown command and a bad environment end with 78: starting again changes nothing', async () => {
  const unknown = start({}, 'migrated')
  expect(await once(unknown.child, 'exit')).toEqual([78, null])
  expect(unknown.said()).toContain('expected migrate, or none')
  const bad = start({}, 'migrate')
  expect(await once(bad.child, 'exit')).toEqual([78, null])
  expect(bad.said()).toContain('DATABASE_URL is missing')
}, 60_000)
