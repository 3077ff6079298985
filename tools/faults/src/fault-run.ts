import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Api, type Installation, loadDemoCompany, type Patience, startInstallation } from '@waybill/local'
import { carrierSpeed, keepWorking, progressOf, type Rest, Run, shortWaits, startCommerce, untilAtRest } from '@waybill/simulator'
import { lineOf, LiveWorld, verify } from '@waybill/verify'
import { clearQuarantine, countsOf, parkedKeys, redriveAll, stuckOrders } from './checks.js'
import { planFaults } from './plan.js'
import { tally, type FaultReport } from './report.js'
import { allServices, type Scene } from './scene.js'
import { Servers } from './servers.js'
import { lineOfFault, makeFaults } from './supervisor.js'
import { Topics } from './topics.js'

export interface FaultRunOptions {
  readonly orders: number
  readonly minutes: number
  readonly seed: number
  readonly killsPerMinute: number
  readonly othersPerMinute: number
  readonly directory: string
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** People of a run bear anything: they ask again under the same key until they are answered. */
const endless: Patience = { tries: Number.POSITIVE_INFINITY, pauseMaxMs: 2_000, answerMs: 15_000 }
/** An order that is under way may lie on a topic while its service is away. */
const APPEARS_WITHIN_MS = 600_000
/** The longest silence about an order that has not ended. Source: G7. */
const STUCK_MS = 60_000
/** What has not come nearer to its rest for so long will not come to it. */
const NO_PROGRESS_MS = 120_000
const PROGRESS_MS = 5_000
const REDRIVE_EVERY_MS = 10_000
/** Part of the time in which orders come in. */
const ORDERING = 0.85

/** A whole run on an installation and servers of its own: orders and faults, healing, rest, and what is found then. Stops all it started. */
export async function runFaults(options: FaultRunOptions): Promise<FaultReport> {
  const { directory, seed, say } = options
  await mkdir(directory, { recursive: true })
  const servers = await Servers.start(join(directory, 'servers'), allServices, say)
  let installation: Installation | undefined
  try {
    installation = await startInstallation({
      directory,
      reset: true,
      processes: true,
      servers: { postgresUrl: servers.postgresUrl, kafkaBrokers: servers.kafkaBrokers, description: 'servers of the fault run', seenBy: (service) => servers.seenBy(service) },
      env: shortWaits,
      carrierSpeed,
      seed,
      signal: options.signal,
      say,
    })
    await loadDemoCompany(installation, join(directory, 'company'), say)
    return await onInstallation(options, servers, installation)
  } finally {
    await installation?.stop()
    await servers.stop()
  }
}

async function onInstallation(options: FaultRunOptions, servers: Servers, installation: Installation): Promise<FaultReport> {
  const { seed, orders, minutes, say } = options
  const started = Date.now()
  const durationMs = minutes * 60_000
  const ledger = join(options.directory, 'sent-orders.jsonl')
  const run = new Run()
  const watcher = new Api(installation, 'Watcher', endless)
  const commerce = await startCommerce(installation, run, { orders, seed, perSecond: orders / ((durationMs / 1_000) * ORDERING), name: `F${seed}`, ledger, patience: endless, appearsWithinMs: APPEARS_WITHIN_MS })
  const progress = keepWorking(run, () => tellProgress(watcher, started, say), PROGRESS_MS, 1)
  // whoever awaits it sees why it failed; until then nobody may call it unhandled
  commerce.placed.catch(() => undefined)

  const plan = planFaults({ seed, durationMs, kills: Math.round(options.killsPerMinute * minutes), others: Math.round(options.othersPerMinute * minutes), services: allServices })
  say(`${plan.length} faults are planned for ${minutes} minutes, seed ${seed}`)
  const over = AbortSignal.any([options.signal, AbortSignal.timeout(durationMs)])
  const scene: Scene = { installation, servers, topics: new Topics(servers.kafkaBrokers), over }
  over.addEventListener('abort', () => servers.abandonPlans(), { once: true })
  const made = await makeFaults(scene, plan, (fault) => say(lineOfFault(fault)), (late) => say(`Waiting for the end of: ${late.join(', ')}`))
  await servers.heal()
  for (const service of allServices) await installation.processOf(service).ready()
  options.signal.throwIfAborted()
  const healedAt = Date.now()
  say(`All faults are over after ${((healedAt - started) / 1_000).toFixed(0)} s; everything is up again`)

  const world = new LiveWorld({ ...installation, sentOrdersFile: ledger })
  const stuck = new Set<string>()
  const resting = new AbortController()
  const watching = Promise.all([watchStuck(world, stuck, resting.signal), redriveUntilRest(watcher, resting.signal)])
  const parkedBefore = (await parkedKeys(watcher)).length
  const { discarded } = await clearQuarantine(watcher)
  say(`${parkedBefore} keys are parked, ${discarded} planted records lay in quarantine`)
  await commerce.placed
  say(`All ${commerce.sent.accepted.size} orders are accepted`)
  const rest = await untilAtRest(watcher, withoutProgress(NO_PROGRESS_MS))
  const restedAt = Date.now()
  resting.abort()
  await watching
  await Promise.all([commerce.end(), progress])
  const late = await clearQuarantine(watcher)

  say('\nVerifying')
  const findings = await verify(world, { onRule: (finding) => say(lineOf(finding)) })
  const counts = await countsOf(world)
  const parked = await parkedKeys(watcher)
  await world.close()
  for (const { service, topic, key, code, error } of parked) say(`PARKED: ${service} ${topic} ${key}: ${code} ${error}`)
  if (run.troubles.size > 0) say(`Troubles of people: ${[...run.troubles].map(([what, times]) => `${what} (${times})`).join('; ')}`)
  return {
    seed,
    minutes,
    orders,
    accepted: commerce.sent.accepted.size,
    refused: commerce.sent.refused,
    ...tally(made),
    ...counts,
    stuck: [...stuck],
    parkedBeforeRedrive: parkedBefore,
    parkedAfterRedrive: parked.length,
    plantedDiscarded: discarded + late.discarded,
    quarantined: late.others,
    notAtRest: rest.waitsFor,
    violations: [
      ...findings.flatMap(({ rule, violations }) => violations.map(({ subject, what }) => `${rule.id} ${subject}: ${what}`)),
      ...made.filter(({ outcome }) => outcome === 'gave way').map(lineOfFault),
    ],
    secondsUntilRest: Math.round((restedAt - healedAt) / 1_000),
    seconds: Math.round((Date.now() - started) / 1_000),
  }
}

async function tellProgress(api: Api, started: number, say: (line: string) => void): Promise<boolean> {
  say(`${String(Math.round((Date.now() - started) / 1_000)).padStart(4)} s  ${await progressOf(api)}`)
  return false
}

/** True when all that the house waits for has been the same for so long. */
function withoutProgress(ms: number): (rest: Rest) => boolean {
  let last = ''
  let since = Date.now()
  return ({ waitsFor, parked }) => {
    const now = JSON.stringify([waitsFor, parked])
    if (now !== last) since = Date.now()
    last = now
    return Date.now() - since > ms
  }
}

/** From a minute after the healing on: whoever has not ended by then, and of whom nothing was told for a minute. */
async function watchStuck(world: LiveWorld, stuck: Set<string>, resting: AbortSignal): Promise<void> {
  await pause(STUCK_MS, resting)
  while (!resting.aborted) {
    for (const order of await stuckOrders(world, STUCK_MS)) stuck.add(order)
    await pause(5_000, resting)
  }
}

async function redriveUntilRest(api: Api, resting: AbortSignal): Promise<void> {
  while (!resting.aborted) {
    await redriveAll(api)
    await pause(REDRIVE_EVERY_MS, resting)
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => wait(ms, undefined, { signal }).catch(() => undefined)
