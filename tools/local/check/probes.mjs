// `npm run check:probes`: plants a violation of each structure rule and demands that the rule fires. A rule that nothing
// can break guards nothing. The violations stand in a small tree of their own, under the same rules as the real one.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))
const bin = (name) => join(root, 'node_modules/.bin', name)

// inside the repository, so that packages resolve as they do in the real tree
mkdirSync(join(root, '.waybill'), { recursive: true })
const tree = mkdtempSync(join(root, '.waybill/probes-'))

/** A file of the planted tree. */
const at = 'services/inventory/src'
const planted = [
  { rule: 'business-is-pure', why: 'a type of typeorm', files: { [`${at}/stock/a.ts`]: "import type { DataSource } from 'typeorm'\nexport type A = DataSource\n" } },
  { rule: 'business-is-pure', why: 'Node core', files: { [`${at}/stock/b.ts`]: "import { randomUUID } from 'node:crypto'\nexport const b = randomUUID\n" } },
  { rule: 'business-is-pure', why: 'Nest', files: { [`${at}/stock/c.ts`]: "import { Injectable } from '@nestjs/common'\nexport const c = Injectable\n" } },
  { rule: 'business-is-pure', why: 'the database', files: { [`${at}/stock/d.ts`]: "import { row } from '../postgres/row.js'\nexport const d = row\n", [`${at}/postgres/row.ts`]: 'export const row = 1\n' } },
  { rule: 'room-use-cases', why: 'contracts in a use-case', files: { [`${at}/use-cases/a.ts`]: "import { topics } from '@waybill/contracts'\nexport const a = topics\n" } },
  { rule: 'room-kafka', why: 'a status code in kafka/', files: { [`${at}/kafka/a.ts`]: "import { ApiTags } from '@nestjs/swagger'\nexport const a = ApiTags\n" } },
  { rule: 'room-http', why: 'messaging in http/', files: { [`${at}/http/a.ts`]: "import { On } from '@waybill/messaging'\nexport const a = On\n" } },
  { rule: 'room-postgres', why: 'a controller in postgres/', files: { [`${at}/postgres/a.ts`]: "import { ApiTags } from '@nestjs/swagger'\nexport const a = ApiTags\n" } },
  { rule: 'room-timers', why: 'contracts in timers/', files: { [`${at}/timers/a.ts`]: "import { topics } from '@waybill/contracts'\nexport const a = topics\n" } },
  { rule: 'room-migrations', why: 'the kit in a migration', files: { [`${at}/migrations/a.ts`]: "import { newId } from '@waybill/service-kit'\nexport const a = newId\n" } },
  { rule: 'typeorm-in-postgres-only', why: 'typeorm in http/', files: { [`${at}/http/b.ts`]: "import { DataSource } from 'typeorm'\nexport const b = DataSource\n" } },
  { rule: 'kafka-in-kafka-only', why: 'kafkajs in outside/', files: { [`${at}/outside/a.ts`]: "import { Kafka } from 'kafkajs'\nexport const a = Kafka\n" } },
  { rule: 'kernel-dependencies', why: 'a package in the kernel', files: { 'libs/kernel/src/a.ts': "import { v7 } from 'uuid'\nexport const a = v7\n" } },
  { rule: 'contracts-dependencies', why: 'ajv in contracts', files: { 'libs/contracts/src/a.ts': "import { Ajv } from 'ajv'\nexport const a = Ajv\n" } },
  { rule: 'tags-service', why: 'a service that imports a service', files: { [`${at}/http/c.ts`]: "import { b } from '../../../order/src/b.js'\nexport const c = b\n", 'services/order/src/b.ts': 'export const b = 1\n' } },
  { rule: 'tags-messaging', why: 'a lib that imports upwards', files: { 'libs/messaging/src/a.ts': "import { b } from '../../service-kit/src/b.js'\nexport const a = b\n", 'libs/service-kit/src/b.ts': 'export const b = 1\n' } },
  { rule: 'no-cycles', why: 'two files that need each other', files: { [`${at}/stock/e.ts`]: "import { f } from './f.js'\nexport const e = (): number => f()\n", [`${at}/stock/f.ts`]: "import { e } from './e.js'\nexport const f = (): number => e()\n" } },
  { rule: 'resolvable', why: 'an import of nothing', files: { [`${at}/http/d.ts`]: "import { x } from './not-there.js'\nexport const d = x\n" } },
  { rule: 'no-tests-in-production', why: 'production that imports a test', files: { [`${at}/http/e.ts`]: "import { s } from '../stock/s.spec.js'\nexport const e = s\n", [`${at}/stock/s.spec.ts`]: 'export const s = 1\n' } },
]

const linted = [
  { rule: '@typescript-eslint/no-explicit-any', why: 'any', file: `${at}/stock/any.ts`, text: 'export const a = (x: any): unknown => x\n' },
  { rule: 'no-restricted-syntax', why: 'the clock in a business room', file: `${at}/stock/clock.ts`, text: 'export const now = (): Date => new Date()\n' },
  { rule: 'no-restricted-syntax', why: 'randomness in a business room', file: `${at}/stock/random.ts`, text: 'export const dice = (): number => Math.random()\n' },
  { rule: 'no-restricted-globals', why: 'the process in a business room', file: `${at}/stock/process.ts`, text: 'export const p = (): string => process.version\n' },
  { rule: 'no-restricted-globals', why: 'the console in a business room', file: `${at}/stock/console.ts`, text: "export const say = (): void => console.log('x')\n" },
  { rule: 'no-restricted-imports', why: 'the Logger in a use-case', file: `${at}/use-cases/logger.ts`, text: "import { Logger } from '@nestjs/common'\nexport const l = Logger\n" },
  { rule: 'no-restricted-syntax', why: 'query_timeout', file: `${at}/postgres/pool.ts`, text: 'export const settings = { query_timeout: 400 }\n' },
  { rule: 'no-restricted-properties', why: 'the environment outside config', file: `${at}/http/env.ts`, text: "export const e = (): string | undefined => process.env['X']\n" },
  { rule: '@typescript-eslint/no-floating-promises', why: 'a promise nobody awaits', file: `${at}/http/floating.ts`, text: 'const work = (): Promise<void> => Promise.resolve()\nexport const f = (): void => {\n  work()\n}\n' },
  { rule: '@typescript-eslint/switch-exhaustiveness-check', why: 'a switch with a hole', file: `${at}/stock/switch.ts`, text: "export const s = (x: 'a' | 'b'): number => {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n" },
  { rule: 'no-empty', why: 'an empty catch', file: `${at}/http/catch.ts`, text: 'export const c = (): void => {\n  try {\n    JSON.parse("")\n  } catch {}\n}\n' },
]

// assembled from pieces, so that the real tree's own check does not trip over this file
const untidy = [
  { what: 'work left for later', file: `${at}/stock/later.ts`, text: `// ${'TO' + 'DO'}: finish\nexport const a = 1\n` },
  { what: 'a narrowed test run', file: `${at}/stock/narrow.spec.ts`, text: `it.${'only'}('x', () => undefined)\n` },
  { what: 'a test switched off', file: `${at}/stock/off.spec.ts`, text: `it.${'skip'}('x', () => undefined)\n` },
  { what: 'a wait by the clock in a test', file: `${at}/stock/wait.spec.ts`, text: `await ${'sleep'}(2000)\n` },
  { what: 'a silenced type error', file: `${at}/stock/silent.ts`, text: `// @ts-${'ignore'}\nexport const a = 1\n` },
  { what: 'a process-wide exit outside main', file: `${at}/http/exit.ts`, text: `export const stop = (): never => process.${'exit'}(1)\n` },
  { what: 'a folder named by what it is not', file: `${at}/stock/${'util' + 's'}/a.ts`, text: 'export const a = 1\n' },
  { what: 'a message named without its fact', file: `libs/contracts/src/stock/stock-${'updated'}.v1.ts`, text: 'export const a = 1\n' },
]

const write = (files) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(tree, dirname(path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
}
/** Output of a command, whatever its exit code. */
const output = async (command, args, options = {}) => {
  try {
    return (await run(command, args, { cwd: tree, maxBuffer: 64e6, ...options })).stdout
  } catch (error) {
    return `${error.stdout ?? ''}${error.stderr ?? ''}`
  }
}

let silent = 0
const report = (rule, why, fired) => {
  if (!fired) silent += 1
  console.log(`${fired ? 'fires ' : 'SILENT'}  ${rule}: ${why}`)
}

try {
  for (const { files } of planted) write(files)
  const cruised = JSON.parse(await output(bin('depcruise'), ['--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json', 'libs', 'services']))
  for (const { rule, why, files } of planted) {
    const from = Object.keys(files)[0]
    report(rule, why, cruised.summary.violations.some((violation) => violation.rule.name === rule && violation.from.endsWith(from)))
  }

  for (const { file, text } of linted) write({ [file]: text })
  write({ 'services/inventory/tsconfig.json': JSON.stringify({ extends: join(root, 'tsconfig.base.json'), include: ['src/**/*.ts'] }) })
  const config = (await import('node:fs')).readFileSync(join(root, 'eslint.config.mjs'), 'utf8').replace("'.waybill/**', ", '')
  writeFileSync(join(tree, 'eslint.config.mjs'), config)
  const lint = JSON.parse(await output(bin('eslint'), ['--config', 'eslint.config.mjs', '--format', 'json', ...linted.map(({ file }) => file)]))
  for (const { rule, why, file } of linted) report(rule, why, lint.some(({ filePath, messages }) => filePath.endsWith(file) && messages.some(({ ruleId }) => ruleId === rule)))

  rmSync(join(tree, 'services'), { recursive: true })
  rmSync(join(tree, 'libs'), { recursive: true })
  for (const { file, text } of untidy) write({ [file]: text })
  await run('git', ['init', '-q'], { cwd: tree })
  const tidy = await output(process.execPath, [join(root, 'tools/local/check/tidy.mjs')])
  for (const { what, file } of untidy) report('leftovers', what, tidy.split('\n').some((line) => line.startsWith(file) && line.includes(what)))

  write({
    'libs/kernel/src/crash-point.ts': "export const crashPoints = { 'C1-nowhere': '', 'C2-untested': '', 'C3-well': '' }\n",
    [`${at}/postgres/points.ts`]: "crashPoint('C2-untested')\ncrashPoint('C3-well')\ncrashPoint('C4-unlisted')\n",
    'tools/faults/test/crash-points/points.int.spec.ts': "dies('C1-nowhere')\ndies('C3-well')\n",
  })
  const points = (await output(process.execPath, [join(root, 'tools/local/check/crash-points.mjs')])).split('\n')
  for (const point of ['C1-nowhere', 'C2-untested', 'C4-unlisted']) report('crash points', point, points.some((line) => line.startsWith(point)))
  report('crash points', 'and nothing else', points.filter((line) => line !== '').length === 3)

  write({
    'docs/failures-of-others.md': '| 1 | a/b#1 | x | tested | [x](../services/inventory/test/a.spec.ts) "is there" |\n| 2 | a/b#2 | x | tested | |\n',
    'services/inventory/test/a.spec.ts': "test('is not there', () => undefined)\ntest('c/d#3: cited', () => undefined)\n",
  })
  const others = (await output(process.execPath, [join(root, 'tools/local/check/failures-of-others.mjs')])).split('\n')
  const found = { 'a test that is not there': 'has no test "is there"', 'a thread without a test': 'thread 2: names no test', 'a thread left out': 'thread 44: stands not once', 'a test that cites what the page does not know': 'cites c/d#3' }
  for (const [why, said] of Object.entries(found)) report('failures of others', why, others.some((line) => line.includes(said)))

  const { incompatibilities } = await import(join(root, 'tools/local/dist/generate/compatibility.js'))
  const released = { type: 'object', required: ['a'], properties: { a: { type: 'string' } } }
  report('contracts', 'a required field added to a released message', incompatibilities(released, { ...released, required: ['a', 'b'], properties: { ...released.properties, b: { type: 'string' } } }).length > 0)
  report('contracts', 'a field removed from a released message', incompatibilities(released, { ...released, properties: {} }).length > 0)
} finally {
  rmSync(tree, { recursive: true, force: true })
}
console.log(silent === 0 ? 'Every rule fires on its planted violation.' : `${silent} rule(s) stay silent: they guard nothing.`)
process.exit(silent === 0 ? 0 : 1)
