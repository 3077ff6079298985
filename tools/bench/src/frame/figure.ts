/** A figure of a bench: mostly a ratio taken in one run, beside its floor or rival. */
export interface Figure {
  /** R-number of the gate it belongs to, or a name of its own. */
  readonly id: string
  readonly what: string
  /** Left out: it could not be measured, and `detail` says why. */
  readonly value?: number
  readonly min?: number
  readonly max?: number
  readonly unit: 'x' | '%' | 'ms' | '/s' | 'MB' | '% of a core' | 'us' | ''
  readonly gate?: number
  readonly ambition?: number
  /** Whether a greater figure is the better one. */
  readonly isMoreBetter: boolean
  /** What it was taken from: absolute values, of this run only. */
  readonly detail: string
}

/** What a ratio of issue 5 has to reach. Source: research/04 section 10.4. */
interface Target {
  readonly what: string
  readonly unit: Figure['unit']
  readonly gate: number
  readonly ambition: number
  readonly isMoreBetter: boolean
}

const more = (what: string, unit: Figure['unit'], gate: number, ambition: number): Target => ({ what, unit, gate, ambition, isMoreBetter: true })
const less = (what: string, unit: Figure['unit'], gate: number, ambition: number): Target => ({ what, unit, gate, ambition, isMoreBetter: false })

/** The gates, by their numbers. */
export const targets = {
  R1: more('Orders a second, placed to confirmed: ours over the naive twin', 'x', 20, 60),
  R2: more('CPU of an order, placed to confirmed: the naive twin over ours', 'x', 20, 60),
  R3: more("CPU of a placement: Vendure's checkout over our single POST", 'x', 200, 1_000),
  R4: more('Database CPU of intake: the floor in SQL over ours', '%', 50, 75),
  R5: more('CPU of a reservation: the floor in SQL over ours', '%', 60, 90),
  R6: more('Reservations a second: one hot product over uniform demand', 'x', 0.8, 1),
  R7: more('Facts a second: our relay over a bare sendBatch', 'x', 0.7, 0.9),
  R8: less('CPU of a message with nothing to do: our bus over bare kafkajs', 'x', 1.4, 1.15),
  R9: less('CPU of a POST with nothing to do: ours over Fastify with the same schema', 'x', 1.5, 1.25),
  R10: less('Commits an order, placed to confirmed, at saturation', '', 0.3, 0.1),
  R11: less('p99 from submitted to confirmed at half of the capacity', 'ms', 500, 100),
  R12: less('p99 at 90 % over p99 at 50 % of the capacity', 'x', 6, 3),
  R13: less('CPU of an order with many orders kept over with few', 'x', 1.3, 1.1),
  R14: more('Whole lives of orders a second, placed to handed over', '/s', 100, 700),
  R15: less('CPU of all seven services with nothing to do', '% of a core', 15, 5),
  'R16 one': less('Memory of all services in one process', 'MB', 400, 250),
  'R16 seven': less('Memory of seven processes', 'MB', 1_100, 800),
  'R17 lost': less('Orders lost or doubled by kill -9 of everything under load', '', 0, 0),
  'R17 catch-up': more('Catching up after a crash over arrival', 'x', 2, 4),
} as const satisfies Readonly<Record<string, Target>>

export type TargetId = keyof typeof targets

/** The figure of a gate. */
export function figure(id: TargetId, measured: Pick<Figure, 'detail'> & Partial<Pick<Figure, 'value' | 'min' | 'max' | 'what'>>): Figure {
  return { id, ...targets[id], ...measured }
}

/** A figure without a gate: context of others. */
export const context = (id: string, what: string, unit: Figure['unit'], value: number, detail: string, isMoreBetter = true): Figure => ({ id, what, unit, value, detail, isMoreBetter })

/** Whether it reaches its gate; nothing where there is none, or no value. */
export function reaches({ value, isMoreBetter }: Figure, bar: number | undefined): boolean | undefined {
  if (bar === undefined || value === undefined) return undefined
  return isMoreBetter ? value >= bar : value <= bar
}

/** A value as people read it, three digits that mean something. */
export function shown(value: number | undefined, unit: Figure['unit'] = ''): string {
  if (value === undefined) return '-'
  const size = Math.abs(value)
  const text = size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(size >= 1 || size === 0 ? 2 : 3)
  return unit === '' ? text : unit === 'x' || unit === '%' || unit === '/s' ? `${text}${unit}` : `${text} ${unit}`
}

/** One line for people. */
export function lineOf(one: Figure): string {
  const verdict = reaches(one, one.ambition) === true ? 'ambition' : reaches(one, one.gate) === true ? 'gate' : one.gate === undefined || one.value === undefined ? '' : 'MISSED'
  const spread = one.min === undefined || one.max === undefined ? '' : ` (${shown(one.min)} to ${shown(one.max)})`
  const bars = one.gate === undefined ? '' : ` [gate ${shown(one.gate)}, ambition ${shown(one.ambition)}: ${verdict}]`
  return `${one.id.padEnd(12)} ${shown(one.value, one.unit)}${spread}${bars}  ${one.what}. ${one.detail}`
}
