import type { EventDefinition } from '@waybill/contracts'

/** The payload of a fact as its contract's example has it, with the values that matter to a test in place of the example's. */
export function exampleOf<P>(event: EventDefinition<P>, over: Partial<P> = {}): P {
  return { ...structuredClone(event.example), ...over }
}
