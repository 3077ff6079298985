import type { LabelFacts } from './shipment-queries.js'

/** Draws shipping labels. */
export abstract class LabelPrinter {
  /** A PDF of one label. */
  abstract print(facts: LabelFacts & { readonly to: NonNullable<LabelFacts['to']> }): Promise<Uint8Array>
}
