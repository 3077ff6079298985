import type { Handling } from '../goods/product.js'
import { serviceKey, type Lane } from '../lanes/lane.js'
import { choose, type Candidate, type Choice } from '../service-choice/choose.js'
import type { Need } from '../service-choice/need.js'
import { expectedParcels, type Parcel } from '../service-choice/parcel.js'
import type { Journey, Package, Plan, Shipment } from './shipment.js'
import type { Ruling } from './shipping-facts.js'
import type { World } from './world.js'

/** What is missing to plan this shipment, in words for people; empty: nothing. */
export function missingFor(shipment: Shipment, world: World): string[] {
  const products = [...new Set(shipment.lines.flatMap(({ stocked }) => stocked.map(({ product }) => product)))].filter((product) => !world.products.has(product))
  return [
    ...products.map((product) => `product ${product}`),
    ...(world.location === undefined ? [`location ${shipment.location}`] : []),
    ...(world.lane === undefined ? [`lane ${shipment.location}:${shipment.journey?.country ?? '?'}`] : []),
  ]
}

/** Where nothing serves the destination at all, this names it: there is no carrier to name. */
export const noLane = (shipment: Shipment): Ruling[] => [
  { carrier: 'none', service: 'none', constraint: 'no-lane', detail: `no service goes from ${shipment.location} to ${shipment.journey?.country ?? '?'}` },
]

/** Everything that decides how it travels: the expected packages before packing, the real ones after. */
function needOf(shipment: Shipment, journey: Journey, world: World): Need {
  const goods = shipment.lines.flatMap(({ stocked }) =>
    stocked.flatMap(({ product, units }) => {
      const known = world.products.get(product)
      return known ? [{ product: known, units }] : []
    }),
  )
  return {
    preference: journey.preference,
    forbiddenModes: journey.forbiddenModes,
    handling: [...new Set(goods.flatMap(({ product }): readonly Handling[] => product.handling))],
    lithium: goods.some(({ product }) => product.lithium),
    parcels: shipment.packages.length > 0 ? shipment.packages.map(parcelOf) : expectedParcels(goods),
    valueMinor: shipment.lines.reduce((sum, { stocked }) => sum + stocked.reduce((each, { valueMinor }) => each + valueMinor, 0), 0),
    currency: journey.currency,
    promisedTo: journey.promise.to,
    coolantHours: world.rules.coolantHours,
  }
}

const parcelOf = ({ weightGrams, lengthMm, widthMm, heightMm }: Package): Parcel => ({ pieces: 1, weightGrams, lengthMm, widthMm, heightMm })

/** The choice for a shipment, when nothing is missing. */
export function choiceFor(shipment: Shipment, journey: Journey, world: World & { readonly lane: Lane }): Choice {
  const { location } = world
  return location === undefined
    ? { weights: { cost: 0, lateness: 0, co2: 0, reliability: 0, damage: 0 }, candidates: [], ruledOut: [] }
    : choose(needOf(shipment, journey, world), world.lane, location, world.factors, world.now)
}

export const rulingsOf = (choice: Choice): Ruling[] =>
  choice.ruledOut.flatMap(({ carrier, service, vetoes }) => vetoes.map(({ constraint, detail }) => ({ carrier, service, constraint, detail })))

/** The plan that a candidate makes. */
export const planOf = (candidate: Candidate, why: string, changedBecause: string | null): Plan => ({
  carrier: candidate.carrier,
  service: candidate.service,
  mode: candidate.mode,
  transitDays: candidate.transitDays,
  shipOn: candidate.shipOn,
  cutOffAt: candidate.cutOffAt,
  expected: candidate.expected,
  priceMinor: candidate.priceMinor,
  currency: candidate.currency,
  why,
  changedBecause,
})

/** One sentence on a choice, for people. */
export function whyOf(choice: Choice): string {
  const chosen = choice.candidates[0]
  if (chosen === undefined) return 'no service can take it'
  const others = choice.candidates.length - 1
  const best = others === 0 ? 'the only service that can take it' : `lowest score of ${choice.candidates.length} candidates (${chosen.score.toFixed(3)}, next ${choice.candidates[1]?.score.toFixed(3) ?? '-'})`
  const out = choice.ruledOut.slice(0, 3).map(({ carrier, service, vetoes }) => `${serviceKey({ carrier, service })}: ${vetoes[0]?.constraint ?? ''}`)
  const rest = choice.ruledOut.length - out.length
  return [best, ...out, ...(rest > 0 ? [`${rest} more ruled out`] : [])].join('; ').slice(0, 500)
}
