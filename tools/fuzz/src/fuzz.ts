import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ServiceName } from '@waybill/contracts'
import { type Installation, loadDemoCompany, startInstallation } from '@waybill/local'
import { developmentToken, roles } from '@waybill/service-kit'
import { carrierSpeed, keepWorking, Run, shortWaits, startCommerce } from '@waybill/simulator'
import { type Finding, lineOf, LiveWorld, rules, verify } from '@waybill/verify'
import { readLinks } from './links.js'
import { memoryOf, memoryReport } from './memory.js'
import { MessageFuzz, realKeysParked, whereabouts } from './messages/fuzz-messages.js'
import { isForged } from './messages/forged.js'
import { withoutForged } from './real-world.js'
import { RequestFuzz } from './requests/fuzz-requests.js'
import type { Keys } from './requests/plan.js'
import { Pool } from './requests/pool.js'
import { routesOf } from './requests/routes.js'
import { hangUp } from './requests/wire.js'

export interface FuzzOptions {
  /** Where the installation keeps its data. */
  readonly directory: string
  readonly infra?: 'given' | 'embedded' | 'docker'
  readonly requests: number
  readonly messages: number
  readonly seed: number
  /** No request or message is sent later than this. */
  readonly minutes: number
  /** Orders that sensible channels place meanwhile, and sensible people work on. */
  readonly orders: number
  readonly say: (line: string) => void
}

const AT_ONCE = 6
const WARM_AT = 0.15
const PROGRESS_MS = 10_000
const SETTLE_MS = 120_000
/** Of all requests: more than this turned away, and services are slower than they should be. A machine that other work shares turns some away. */
const TURNED_AWAY_MAX = 0.02
const ORDERS_PER_SECOND = 1

/** Runs an installation of its own and sends it what nobody should. Answers what is wrong, one line each; none is what it is for. */
export async function fuzz(options: FuzzOptions): Promise<readonly string[]> {
  const { directory, seed, say } = options
  const restarts: string[] = []
  const installation = await startInstallation({
    directory, reset: true, processes: true, isApart: true, env: shortWaits, carrierSpeed, seed,
    ...(options.infra === undefined ? {} : { infra: options.infra }),
    say: (line) => {
      if (line.startsWith('Service: ')) restarts.push(line)
      say(line)
    },
  })
  try {
    await loadDemoCompany(installation, join(directory, 'files'), say)
    return [...(await attack(installation, options)), ...restarts]
  } finally {
    hangUp()
    await installation.stop()
  }
}

async function attack(installation: Installation, options: FuzzOptions): Promise<readonly string[]> {
  const { directory, seed, say } = options
  const names = Object.keys(installation.services) as ServiceName[]
  const routes = (await Promise.all(names.map((name) => routesOf(name, installation.services[name])))).flat()
  const pool = new Pool()
  const time = AbortSignal.timeout(options.minutes * 60_000)
  const requests = new RequestFuzz({ routes, pool, keys: await keysOf(installation, directory), seed, requests: options.requests, atOnce: AT_ONCE, signal: time })
  const messages = new MessageFuzz({ kafkaBrokers: installation.kafkaBrokers, messages: options.messages, seed, signal: time, progress: () => Math.min(1, requests.sent / options.requests) })
  say(`${routes.length} routes of ${names.length} services. Seed ${seed}`)

  const run = new Run()
  const ledger = join(directory, 'sent-orders.jsonl')
  const commerce = await startCommerce(installation, run, { orders: options.orders, seed, perSecond: ORDERS_PER_SECOND, name: `Z${seed}`, ledger })
  const placed = commerce.placed.then(() => undefined, (error: unknown) => `sensible channels gave up: ${String(error)}`)
  let mails = 0
  const links = keepWorking(run, async () => {
    const before = mails
    mails = await readLinks(installation.mailUrl, pool, mails)
    return mails > before
  }, 1_000, 2).then(() => undefined, (error: unknown) => `the mail catcher gave up: ${String(error)}`)

  const processes = new Map(names.map((name) => [name, installation.processOf(name).pid ?? 0]))
  const started = Date.now()
  let warm: ReadonlyMap<string, number> | undefined
  const showing = setInterval(() => say(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${requests.sent} requests, ${messages.sent} messages, ${commerce.sent.accepted.size} orders; ${requests.tally.sum('answered5xx')} failures, ${requests.findings.size} findings`), PROGRESS_MS)
  const warming = keepWorking(run, async () => {
    if (warm === undefined && requests.sent >= options.requests * WARM_AT) warm = await memoryOf(processes)
    return false
  }, 500, 1)
  const trouble: (string | undefined)[] = []
  try {
    await requests.learn()
    await Promise.all([requests.run(), messages.run()])
    trouble.push(await placed)
  } finally {
    clearInterval(showing)
    trouble.push(await commerce.end().then(() => undefined, (error: unknown) => `sensible people gave up: ${String(error)}`), await links)
    await warming
  }
  const seconds = (Date.now() - started) / 1000
  say(`${requests.sent} requests and ${messages.sent} messages in ${seconds.toFixed(0)} s, ${(requests.sent / seconds).toFixed(0)} requests a second; ${messages.refusedByBroker} messages were larger than the broker takes`)

  const stuck = await untilRead(messages)
  const memory = memoryReport(warm ?? new Map(), await memoryOf(processes))
  const world = new LiveWorld({ ...installation, sentOrdersFile: ledger })
  try {
    const wrong = [
      ...trouble.filter((line) => line !== undefined),
      ...[...requests.findings.values()].map(({ route, fault, command, seed: own, times }) => `${route}: ${fault.kind}, ${times} times (seed ${own})\n    ${fault.what}\n    ${command}`),
      ...turnedAway(requests),
      ...stuck,
      ...(await unhealthy(installation)),
      ...(await messages.astray(world)).map((line) => `a message that cannot be taken: ${line}`),
      ...(await realKeysParked(world)),
      ...memory.grown,
      ...(await brokenRules(world, say)),
    ]
    for (const line of ['', ...requests.tally.lines(), '', 'Messages that were not handled', ...(await whereabouts(world)), '', 'Memory', ...memory.lines, '', 'Errors in logs', ...(await errorsIn(join(directory, 'logs')))]) say(line)
    if (run.troubles.size > 0) say(`\nWhat sensible people could not do: ${[...run.troubles].map(([what, times]) => `${what} (${times})`).join('; ')}`)
    return wrong
  } finally {
    await world.close()
  }
}

async function keysOf({ developmentKey }: Installation, directory: string): Promise<Keys> {
  const of = (key: string, role: (typeof roles)[number]) => developmentToken(key, { subject: `fuzz-${role}`, role, ...(role === 'channel' ? { channel: 'web-eu' } : {}) })
  const tokens = Object.fromEntries(await Promise.all(roles.map(async (role) => [role, await of(developmentKey, role)] as const)))
  const { trackingSecret } = JSON.parse(await readFile(join(directory, 'secrets.json'), 'utf8')) as { trackingSecret: string }
  return { tokens: { ...tokens, foreign: await of('somebody else', 'admin'), expired: 'eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.x' }, webhookSecret: trackingSecret }
}

function turnedAway(requests: RequestFuzz): readonly string[] {
  const times = requests.tally.sum('turnedAway')
  return times > Math.max(10, requests.sent * TURNED_AWAY_MAX) ? [`${times} of ${requests.sent} requests were turned away as too many, which at ${AT_ONCE} at once they are not`] : []
}

/** Waits until every group has read everything. */
async function untilRead(messages: MessageFuzz): Promise<readonly string[]> {
  const until = Date.now() + SETTLE_MS
  for (;;) {
    const behind = [...(await messages.lag())].filter(([, lag]) => lag > 0)
    if (behind.length === 0) return []
    if (Date.now() > until) return behind.map(([group, lag]) => `${group} still has ${lag} records to read, ${SETTLE_MS / 1000} s after the last`)
    await wait(1_000)
  }
}

async function unhealthy({ services }: Installation): Promise<readonly string[]> {
  const answers = await Promise.all(Object.entries(services).map(async ([name, url]) => {
    const answer = await fetch(`${url}/health/ready`)
    return { name, status: answer.status, text: await answer.text() }
  }))
  return answers.flatMap(({ name, status, text }) => (status === 200 ? [] : [`${name} is not ready: ${text}`]))
}

/** G18 of everything; all other rules of what real facts and requests made of the world. */
async function brokenRules(world: LiveWorld, say: (line: string) => void): Promise<readonly string[]> {
  say('\nVerifying')
  const real = withoutForged(world)
  const findings: Finding[] = []
  // rule by rule, so that one that does not come right takes no time from the others
  for (const id of new Set(rules.map((rule) => rule.id))) findings.push(...(await verify(id === 'G18' ? world : real, { only: [id], settleMs: SETTLE_MS / 4 })))
  return findings.flatMap((finding) => {
    const violations = finding.violations.filter(({ subject, what }) => !isForged(subject) && !isForged(what))
    say(lineOf({ ...finding, violations }))
    return violations.length === 0 ? [] : [lineOf({ ...finding, violations })]
  })
}

/** What services logged as errors, how often each. */
async function errorsIn(logs: string): Promise<readonly string[]> {
  const times = new Map<string, number>()
  for (const file of (await readdir(logs)).filter((name) => name.endsWith('.log'))) {
    for (const line of (await readFile(join(logs, file), 'utf8')).split('\n')) {
      if (!/"level":"?(?:error|fatal|50|60)"?/.test(line)) continue
      const { msg, message, error, route, code } = JSON.parse(line) as Readonly<Record<string, unknown>>
      const name = `${file} ${String(msg ?? message ?? '')} ${String(route ?? '')} ${String(code ?? '')} ${errorText(error)}`
      times.set(name, (times.get(name) ?? 0) + 1)
    }
  }
  return [...times].toSorted(([, one], [, other]) => other - one).slice(0, 40).map(([name, count]) => `${String(count).padStart(6)}  ${name.slice(0, 400)}`)
}

const errorText = (error: unknown): string => (typeof error === 'object' && error !== null ? String((error as { message?: unknown }).message ?? JSON.stringify(error)) : String(error ?? ''))
