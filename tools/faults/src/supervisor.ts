import { setTimeout as wait } from 'node:timers/promises'
import { Random } from '@waybill/simulator'
import { carrier, provider } from './kinds/outside.js'
import { blackHole, commitReply, cutAll, fetchReply, latency, offsetReply, produceReply } from './kinds/lines.js'
import { poison } from './kinds/poison.js'
import { freeze, kill, killAtPoint, restart, thirdMember } from './kinds/processes.js'
import { copies, corrupt, replay, replayShuffled } from './kinds/records.js'
import { backends, brokerKill, databaseKill, databaseStop } from './kinds/servers.js'
import { kinds, type FaultName, type PlannedFault } from './plan.js'
import { GaveWay, NotMade } from './not-made.js'
import type { Make, Scene } from './scene.js'

const makers: Readonly<Record<FaultName, Make>> = {
  kill, killAtPoint, restart, freeze, freezeLong: freeze, thirdMember,
  brokerKill, brokerDown: brokerKill, databaseStop, databaseKill, backends,
  commitReply, produceReply, offsetReply, fetchReply, blackHole, latency, cutAll,
  copies, replay, replayShuffled, corrupt,
  provider, carrier, poison,
}

const TRIES = 6
const LATE_MS = 15_000
const TRY_AGAIN_MS = 3_000

/** What became of one fault. */
export interface MadeFault {
  readonly name: FaultName
  /** When it was over. Unit: ms from the beginning of the run. */
  readonly atMs: number
  /** gave way: it was made, and showed a defect. */
  readonly outcome: 'made' | 'not made' | 'gave way'
  readonly detail: string
}

/** Makes the faults of a plan, each at its time, and tells each as it is over. Resolves when the last one is, or soon after `scene.over`. */
export async function makeFaults(scene: Scene, plan: readonly PlannedFault[], onFault: (fault: MadeFault) => void, onLate: (faults: readonly string[]) => void): Promise<readonly MadeFault[]> {
  const started = Date.now()
  const made: MadeFault[] = []
  const tell = (name: FaultName, outcome: MadeFault['outcome'], detail: string): void => {
    const fault = { name, atMs: Date.now() - started, outcome, detail }
    made.push(fault)
    onFault(fault)
  }
  const make = async (fault: PlannedFault): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return tell(fault.name, 'made', await makers[fault.name](scene, fault, new Random(fault.seed)))
      } catch (error) {
        if (error instanceof NotMade) return tell(fault.name, 'not made', error.message)
        if (error instanceof GaveWay) return tell(fault.name, 'gave way', error.message)
        // what it needs may be down just now, by another fault
        if (attempt === TRIES || scene.over.aborted) return tell(fault.name, 'not made', `${fault.service}: ${error instanceof Error ? error.message || error.name : String(error)}`)
        await wait(TRY_AGAIN_MS, undefined, { signal: scene.over }).catch(() => undefined)
      }
    }
  }
  const underWay = new Map<PlannedFault, Promise<void>>()
  for (const fault of plan) {
    const ms = started + fault.atMs - Date.now()
    if (ms > 0) await wait(ms, undefined, { signal: scene.over }).catch(() => undefined)
    if (scene.over.aborted) break
    underWay.set(fault, make(fault).finally(() => underWay.delete(fault)))
  }
  // what waits for its moment has until the end
  const tellWhoIsLate = setInterval(() => {
    if (scene.over.aborted) onLate([...underWay.keys()].map(({ name, service }) => `${kinds[name].what} (${service})`))
  }, LATE_MS)
  await Promise.all(underWay.values())
  clearInterval(tellWhoIsLate)
  return made
}

/** One line about a fault, for people. */
export function lineOfFault({ name, atMs, outcome, detail }: MadeFault): string {
  const { id, what } = kinds[name]
  return `${(atMs / 1_000).toFixed(1).padStart(6)} s  ${outcome === 'not made' ? '(not)' : '     '} ${id.padEnd(3)} ${what}: ${detail}`
}
