import { cpuBetween, readCpu, totalOf, type CpuReading } from './cpu.js'

/** A stretch of work that was measured. */
export interface Stretch {
  /** Pieces of work done. */
  readonly units: number
  readonly seconds: number
  /** By process, as the operating system counts it; nothing where it does not. Unit: ms. */
  readonly cpu: CpuReading | undefined
}

/** Measures some work: its time, and the CPU of these processes (their numbers may change meanwhile). */
export async function measured(pids: () => ReadonlyMap<number, string>, units: number, work: () => Promise<unknown>): Promise<Stretch> {
  const before = readCpu(pids())
  const started = performance.now()
  await work()
  const seconds = (performance.now() - started) / 1_000
  const after = readCpu(pids())
  return { units, seconds, cpu: before && after ? cpuBetween(before, after) : undefined }
}

export const rateOf = ({ units, seconds }: Stretch): number => units / seconds

/** CPU of one piece of work over the processes that count; NaN where it is not known. Unit: us. */
export function cpuPerUnit({ cpu, units }: Stretch, counts: (name: string) => boolean = () => true): number {
  if (!cpu) return Number.NaN
  return (totalOf(Object.fromEntries(Object.entries(cpu).filter(([name]) => counts(name)))) * 1_000) / units
}

/** CPU by process, for people: what one piece of work costs each. */
export function cpuLine({ cpu, units }: Stretch): string {
  if (!cpu) return 'CPU is not available on this system'
  const parts = Object.entries(cpu)
    .map(([name, ms]) => [name, (ms * 1_000) / units] as const)
    .filter(([, us]) => us >= 0.5)
    .toSorted(([, a], [, b]) => b - a)
  return `${parts.map(([name, us]) => `${name} ${us.toFixed(0)}`).join(', ')} us`
}
