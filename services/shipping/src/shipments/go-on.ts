import { proceed } from './proceed.js'
import type { Shipment } from './shipment.js'
import type { Step } from './shipping-facts.js'
import type { World } from './world.js'

/** Goes on from a shipment with news, or from a step that was already made of it. */
export function goOn(news: Shipment | Step, world: World): Step {
  const first: Step = 'effects' in news ? news : { shipment: news, effects: [] }
  const next = proceed(first.shipment, world)
  return { shipment: next.shipment, effects: [...first.effects, ...next.effects] }
}
