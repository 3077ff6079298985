import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { withClient } from '../house/servers.js'

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }; readonly children?: readonly number[] }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
  /** The file that the process runs. */
  readonly program: string
}

/** Where one process spent its time. */
export interface ProfileSummary {
  readonly process: string
  readonly busyMs: number
  /** Self time by package or service. */
  readonly byPlace: readonly (readonly [string, number])[]
  readonly byFunction: readonly (readonly [string, number])[]
}

const IDLE = new Set(['(idle)', '(program)', '(root)'])

/** Reads every profile of a directory; whose it is shows the file that it ran. */
export function readProfiles(directory: string): readonly ProfileSummary[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file) => summarize(JSON.parse(readFileSync(join(directory, file), 'utf8')) as CpuProfile))
    .toSorted((a, b) => b.busyMs - a.busyMs)
}

function summarize({ nodes, samples, timeDeltas, program }: CpuProfile): ProfileSummary {
  const self = new Map<number, number>()
  samples.forEach((id, index) => self.set(id, (self.get(id) ?? 0) + (timeDeltas[index] ?? 0) / 1_000))
  const [byPlace, byFunction] = [new Map<string, number>(), new Map<string, number>()]
  let busyMs = 0
  for (const { id, callFrame } of nodes) {
    const ms = self.get(id) ?? 0
    if (ms === 0 || callFrame.functionName === '(idle)') continue
    busyMs += ms
    const place = IDLE.has(callFrame.functionName) ? '(native and system)' : placeOf(callFrame.url, callFrame.functionName)
    byPlace.set(place, (byPlace.get(place) ?? 0) + ms)
    if (IDLE.has(callFrame.functionName)) continue
    const name = `${callFrame.functionName || '(anonymous)'} ${place}${callFrame.url === '' ? '' : ` ${callFrame.url.split('/').at(-1)}:${callFrame.lineNumber + 1}`}`
    byFunction.set(name, (byFunction.get(name) ?? 0) + ms)
  }
  return { process: /services\/([^/]+)\//.exec(program)?.[1] ?? 'services', busyMs, byPlace: sorted(byPlace), byFunction: sorted(byFunction) }
}

function placeOf(url: string, functionName: string): string {
  if (url === '') return functionName === '(garbage collector)' ? '(garbage collector)' : '(built in)'
  if (url.startsWith('node:')) return url.replace(/^(node:(?:internal\/)?[\w]+).*/, '$1')
  const npm = [...url.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1)?.[1]
  return npm ?? /\/((?:libs|services|tools)\/[^/]+)\//.exec(url)?.[1] ?? url
}

const sorted = (sums: ReadonlyMap<string, number>): readonly (readonly [string, number])[] => [...sums].toSorted(([, a], [, b]) => b - a)

/** The profiles in lines for people: shares of the CPU that the system counted for each process, per piece of work. */
export function profileLines(profiles: readonly ProfileSummary[], cpuUs: (process: string) => number, top = 18): readonly string[] {
  return profiles.flatMap(({ process: name, busyMs, byPlace, byFunction }) => {
    const us = cpuUs(name)
    if (!(us >= 1)) return []
    const cells = (rows: ProfileSummary['byPlace']): string[] => rows.slice(0, top).map(([what, ms]) => `    ${((ms / busyMs) * us).toFixed(1).padStart(7)} us  ${((ms / busyMs) * 100).toFixed(1).padStart(5)} %  ${what}`)
    return [`${name}: ${us.toFixed(0)} us`, '  by place', ...cells(byPlace), '  by function', ...cells(byFunction)]
  })
}

/** The dearest statements of these databases since the last reset, per unit of work. */
export async function statementLines(postgresUrl: string, databases: readonly string[], units: number, top = 30): Promise<readonly string[]> {
  return withClient(postgresUrl, async (client) => {
    const { rows } = await client.query<{ datname: string; calls: string; ms: number; rows: string; query: string }>(
      `SELECT datname, calls, total_exec_time + total_plan_time AS ms, rows, regexp_replace(query, '\\s+', ' ', 'g') AS query
       FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid WHERE datname = ANY($1) ORDER BY total_exec_time + total_plan_time DESC LIMIT $2`,
      [databases, top],
    )
    return rows.map(({ datname, calls, ms, query, rows: touched }) => `${((ms * 1_000) / units).toFixed(1).padStart(7)} us  ${(Number(calls) / units).toFixed(3).padStart(7)} calls  ${(Number(touched) / units).toFixed(2).padStart(6)} rows  ${datname.replace('waybill_', '')}: ${query.slice(0, 150)}`)
  })
}

export const resetStatements = (client: pg.Client): Promise<unknown> => client.query('SELECT pg_stat_statements_reset()')
