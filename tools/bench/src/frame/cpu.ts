import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** CPU used since its start, by the name of who used it. Unit: ms. */
export type CpuReading = Readonly<Record<string, number>>

/** One process as the kernel tells of it. */
export interface ProcessRow {
  readonly pid: number
  readonly parent: number
  /** Its own, and that of children which ended and were waited for. Unit: clock ticks. */
  readonly ticks: number
}

/** Fields of /proc/PID/stat behind the name, counted from the state. */
const FIELD = { parent: 1, user: 11, system: 12, childrenUser: 13, childrenSystem: 14 } as const

/** Reads a line of /proc/PID/stat; the name in it may hold anything. */
export function processRow(stat: string): ProcessRow {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (place: number): number => Number(fields[place])
  return { pid: Number.parseInt(stat, 10), parent: field(FIELD.parent), ticks: field(FIELD.user) + field(FIELD.system) + field(FIELD.childrenUser) + field(FIELD.childrenSystem) }
}

/** Sums what each named process and its descendants used; a descendant with a name of its own counts for itself. Unit: ticks. */
export function ticksByName(rows: readonly ProcessRow[], names: ReadonlyMap<number, string>): Readonly<Record<string, number>> {
  const byPid = new Map(rows.map((row) => [row.pid, row]))
  const nameOf = (row: ProcessRow | undefined): string | undefined => (row === undefined ? undefined : (names.get(row.pid) ?? nameOf(byPid.get(row.parent))))
  const sums: Record<string, number> = Object.fromEntries([...names.values()].map((name) => [name, 0]))
  for (const row of rows) {
    const name = nameOf(row)
    if (name !== undefined) sums[name] = (sums[name] ?? 0) + row.ticks
  }
  return sums
}

/** True where the operating system tells the CPU time of every process. */
export const isCpuKnown = process.platform === 'linux'

const ticksPerSecond = isCpuKnown ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 0

/** What these processes, by their number, have used until now; nothing where the system does not tell. */
export function readCpu(names: ReadonlyMap<number, string>): CpuReading | undefined {
  if (!isCpuKnown) return undefined
  const rows = readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return []
    const stat = statOf(entry)
    return stat === undefined ? [] : [processRow(stat)]
  })
  return Object.fromEntries(Object.entries(ticksByName(rows, names)).map(([name, ticks]) => [name, (ticks * 1_000) / ticksPerSecond]))
}

/** What was used between two readings. */
export const cpuBetween = (before: CpuReading, after: CpuReading): CpuReading => Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]))

export const totalOf = (reading: CpuReading): number => Object.values(reading).reduce((sum, ms) => sum + ms, 0)

/** Memory that these processes hold, their descendants not counted. Unit: bytes. */
export function residentBytes(pids: readonly number[]): number | undefined {
  if (!isCpuKnown) return undefined
  return pids.reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024, 0)
}

function statOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // it ended between the listing and the look; its time is with whoever waited for it
    return undefined
  }
}
