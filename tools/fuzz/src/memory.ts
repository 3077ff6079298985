import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Memory that each process holds now, by name. Unit: MB. */
export async function memoryOf(processes: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
  const pids = [...processes.values()]
  const { stdout } = await run('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')])
  const kilobytes = new Map(stdout.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number) as [number, number]))
  return new Map([...processes].map(([name, pid]) => [name, Math.round((kilobytes.get(pid) ?? 0) / 1024)]))
}

/** A process that took this much more than after its warm-up keeps what it should not. */
const GROWTH_MAX = 1.35
const SLACK_MB = 30

/** A line for each process: after warm-up and now; and those that grew. */
export function memoryReport(warm: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): { readonly lines: readonly string[]; readonly grown: readonly string[] } {
  const grown = [...now].filter(([name, megabytes]) => megabytes > (warm.get(name) ?? 0) * GROWTH_MAX + SLACK_MB).map(([name, megabytes]) => `${name} holds ${megabytes} MB, ${warm.get(name) ?? 0} MB after its warm-up`)
  return { lines: [...now].map(([name, megabytes]) => `${name.padEnd(13)} ${String(warm.get(name) ?? 0).padStart(5)} MB after warm-up, ${String(megabytes).padStart(5)} MB at the end`), grown }
}
