import { plusDays } from '@waybill/kernel'
import type { LaneService } from '../lanes/lane.js'
import type { Need } from './need.js'
import type { ShipDay } from './ship-day.js'

/** Why a service cannot take a shipment. */
export interface Veto {
  readonly constraint: string
  readonly detail: string
}

type Constraint = (service: LaneService, need: Need, day: ShipDay, currency: string) => string | false

/** The hard constraints by name: each answers why not, or false. Source: domain D10. */
const constraints: Readonly<Record<string, Constraint>> = {
  'mode-forbidden': ({ mode }, need) => need.forbiddenModes.includes(mode) && `the customer forbids ${mode}`,
  'handling-refused': ({ refusedHandling }, { handling }) => {
    const refused = handling.filter((each) => refusedHandling.includes(each))
    return refused.length > 0 && `the service takes no ${refused.join(', ')} goods`
  },
  'dangerous-by-air': ({ mode }, { handling }) => mode === 'air' && handling.includes('dangerous') && 'dangerous goods do not fly',
  'lithium-by-air': ({ mode }, { lithium }) => mode === 'air' && lithium && 'lithium batteries do not fly',
  'frozen-too-long': ({ transitDays }, { handling, coolantHours }) =>
    handling.includes('frozen') && transitDays.p95 * 24 > coolantHours && `${transitDays.p95} days on the way (p95), the coolant lasts ${coolantHours} h`,
  'too-heavy': ({ maxWeightGrams }, { parcels }) => {
    const heaviest = Math.max(0, ...parcels.map(({ weightGrams }) => weightGrams))
    return maxWeightGrams !== null && heaviest > maxWeightGrams && `a package weighs ${heaviest} g, the limit is ${maxWeightGrams} g`
  },
  'too-long': ({ maxLengthMm }, { parcels }) => {
    const longest = Math.max(0, ...parcels.map(({ lengthMm, widthMm, heightMm }) => Math.max(lengthMm, widthMm, heightMm)))
    return maxLengthMm !== null && longest > maxLengthMm && `a package is ${longest} mm long, the limit is ${maxLengthMm} mm`
  },
  // A cap in another currency cannot be compared without a rate that nobody gave us: it does not rule out.
  'value-cap': ({ valueCapMinor }, { valueMinor, currency }, _day, laneCurrency) =>
    valueCapMinor !== null && currency === laneCurrency && valueMinor > valueCapMinor && `worth ${valueMinor} minor units, the cap is ${valueCapMinor}`,
  'water-too-slow': ({ mode, transitDays }, { promisedTo, preference }, { shipOn }) => {
    if (mode !== 'water') return false
    if (promisedTo === null) return (preference === 'standard' || preference === 'express') && `no date is promised, and ${preference} does not wait for a ship`
    const arrival = plusDays(shipOn, transitDays.p95)
    return arrival > promisedTo && `by ship until ${arrival} (p95), promised is ${promisedTo}`
  },
}

/** All that rules a service out for a shipment; empty: it can take it. */
export const vetoesOf = (service: LaneService, need: Need, day: ShipDay, laneCurrency: string): Veto[] =>
  Object.entries(constraints).flatMap(([constraint, answer]) => {
    const detail = answer(service, need, day, laneCurrency)
    return detail === false ? [] : [{ constraint, detail }]
  })
