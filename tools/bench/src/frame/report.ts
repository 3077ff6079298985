import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { reaches, shown, type Figure } from './figure.js'

/** What a run of a bench leaves behind. */
export interface BenchResult {
  readonly bench: string
  readonly at: string
  readonly isQuick: boolean
  readonly seconds: number
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string; readonly loadBefore: number; readonly loadAfter: number }
  readonly figures: readonly Figure[]
  /** Everything measured, round by round. */
  readonly rounds: unknown
}

/** The machine as it was; `loadBefore` tells whether anybody else was at work. */
export const machineOf = (loadBefore: number): BenchResult['machine'] => ({ cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, node: process.version, loadBefore, loadAfter: loadavg()[0] ?? 0 })

/** Keeps a result as JSON. Answers the file. */
export async function keepResult(directory: string, result: BenchResult): Promise<string> {
  await mkdir(directory, { recursive: true })
  const file = join(directory, `${result.bench}.json`)
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`)
  return file
}

const BEGIN = '<!-- bench -->'
const END = '<!-- /bench -->'
const HEAD = ['| | Figure | Value | Gate | Ambition | Taken from |', '|---|---|---|---|---|---|']

/** Puts the figures into the page's table: a row of the same id is replaced, others stay. Throws: where the page has no markers. */
export async function writeTable(page: string, results: readonly BenchResult[]): Promise<void> {
  const text = await readFile(page, 'utf8')
  await writeFile(page, withRows(text, results))
}

/** The page's text with these figures in its table. Throws: where it has no markers. */
export function withRows(text: string, results: readonly BenchResult[]): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`The page has no table between ${BEGIN} and ${END}`)
  const kept = text.slice(from, to).split('\n').filter((line) => line.startsWith('| ') && !HEAD.includes(line))
  const rows = new Map(kept.map((line) => [line.split('|')[1]?.trim() ?? '', line]))
  for (const { figures, isQuick, machine, at } of results) {
    for (const one of figures) if (one.value !== undefined) rows.set(one.id, rowOf(one, `${isQuick ? 'quick run' : 'full run'} of ${at.slice(0, 10)}, ${machine.cores} cores`))
  }
  const sorted = [...rows].toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })).map(([, row]) => row)
  return `${text.slice(0, from)}${[BEGIN, ...HEAD, ...sorted].join('\n')}\n${text.slice(to)}`
}

function rowOf(one: Figure, run: string): string {
  const spread = one.min === undefined || one.max === undefined ? '' : ` (${shown(one.min)} to ${shown(one.max)})`
  const mark = reaches(one, one.gate) === false ? ' **missed**' : ''
  return `| ${one.id} | ${one.what} | ${shown(one.value, one.unit)}${spread}${mark} | ${one.gate === undefined ? '' : shown(one.gate, one.unit)} | ${one.ambition === undefined ? '' : shown(one.ambition, one.unit)} | ${one.detail.replaceAll('|', '/')} (${run}) |`
}
