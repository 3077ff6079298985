import { plusDays, type BusinessDate } from '@waybill/kernel'
import type { Location } from '../goods/location.js'
import { serviceKey, type Lane, type LaneService, type Mode, type TransitDays } from '../lanes/lane.js'
import { vetoesOf, type Veto } from './constraints.js'
import { co2Of, type EmissionFactor } from './emissions.js'
import { latenessOf } from './lateness.js'
import type { Need } from './need.js'
import { actualGrams, priceOf } from './rate.js'
import { shipDay } from './ship-day.js'
import { weightsFor, type Weights } from './weights.js'

/** A service that could carry the shipment, and what it would mean. */
export interface Candidate {
  readonly carrier: string
  readonly service: string
  readonly mode: Mode
  readonly transitDays: TransitDays
  readonly shipOn: BusinessDate
  readonly cutOffAt: Date
  readonly expected: { readonly from: BusinessDate; readonly to: BusinessDate }
  readonly priceMinor: number
  readonly currency: string
  readonly co2Kg: number
  /** Chance of coming after the promised day, or p95 days without a promise. */
  readonly lateness: number
  readonly onTimeRate: number
  readonly damageRate: number
  /** Lower is better. */
  readonly score: number
  /** What each property adds to the score. */
  readonly parts: Weights
}

/** Services that were ruled out, each with everything that rules it out. */
interface RuledOut {
  readonly carrier: string
  readonly service: string
  readonly vetoes: readonly Veto[]
}

/** The whole trace of one choice: "why this way". Candidates are sorted, the first is the chosen one. */
export interface Choice {
  readonly weights: Weights
  readonly candidates: readonly Candidate[]
  readonly ruledOut: readonly RuledOut[]
}

/** Scores every service of the lane that can take the shipment. No candidate: nothing of this lane can. Source: domain D10. */
export function choose(need: Need, lane: Lane, location: Location, factors: readonly EmissionFactor[], now: Date): Choice {
  const weights = weightsFor(need.preference, need.handling)
  const judged = lane.services.map((service) => {
    const day = shipDay(now, location, service.cutOff)
    return { service, day, vetoes: vetoesOf(service, need, day, lane.currency) }
  })
  const feasible = judged.filter(({ vetoes }) => vetoes.length === 0)
  const measured = feasible.map(({ service, day }) => ({ ...measure(service, need, lane.currency, factors, day.shipOn), cutOffAt: day.cutOffAt }))
  return {
    weights,
    candidates: scored(measured, weights),
    ruledOut: judged.filter(({ vetoes }) => vetoes.length > 0).map(({ service, vetoes }) => ({ carrier: service.carrier, service: service.service, vetoes })),
  }
}

type Measured = Omit<Candidate, 'score' | 'parts'>

function measure(service: LaneService, need: Need, currency: string, factors: readonly EmissionFactor[], shipOn: BusinessDate): Omit<Measured, 'cutOffAt'> {
  const { carrier, service: name, mode, transitDays, onTimeRate, damageRate } = service
  return {
    carrier,
    service: name,
    mode,
    transitDays,
    shipOn,
    expected: { from: plusDays(shipOn, transitDays.p50), to: plusDays(shipOn, transitDays.p90) },
    priceMinor: priceOf(need.parcels, service),
    currency,
    co2Kg: co2Of(service, actualGrams(need.parcels), factors, shipOn),
    lateness: latenessOf(transitDays, shipOn, need.promisedTo),
    onTimeRate,
    damageRate,
  }
}

/** Scores are compared as they are stored, so that a trace read later explains the same choice. */
const DECIMALS = 1_000_000

function scored(measured: readonly Measured[], weights: Weights): Candidate[] {
  const cost = minMax(measured.map(({ priceMinor }) => priceMinor))
  const lateness = minMax(measured.map((each) => each.lateness))
  const co2 = minMax(measured.map(({ co2Kg }) => co2Kg))
  const unreliable = minMax(measured.map(({ onTimeRate }) => 1 - onTimeRate))
  const damage = minMax(measured.map(({ damageRate }) => damageRate))
  return measured
    .map((each): Candidate => {
      const parts: Weights = {
        cost: weights.cost * cost(each.priceMinor),
        lateness: weights.lateness * lateness(each.lateness),
        co2: weights.co2 * co2(each.co2Kg),
        reliability: weights.reliability * unreliable(1 - each.onTimeRate),
        damage: weights.damage * damage(each.damageRate),
      }
      const sum = parts.cost + parts.lateness + parts.co2 + parts.reliability + parts.damage
      return { ...each, parts, score: Math.round(sum * DECIMALS) / DECIMALS }
    })
    .sort((a, b) => a.score - b.score || (serviceKey(a) < serviceKey(b) ? -1 : 1))
}

/** Where a value lies between the least and the most of the candidates, 0 to 1; all alike: 0. */
function minMax(values: readonly number[]): (value: number) => number {
  const least = Math.min(...values)
  const most = Math.max(...values)
  return (value) => (most === least ? 0 : (value - least) / (most - least))
}
