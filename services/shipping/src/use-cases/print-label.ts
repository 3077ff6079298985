import { Injectable } from '@nestjs/common'
import type { ShipmentId } from '@waybill/kernel'
import { LabelPrinter } from '../shipments/label-printer.js'
import { ShipmentQueries } from '../shipments/shipment-queries.js'

export type PrintedLabel = { readonly pdf: Uint8Array } | { readonly refused: 'no-such-package' | 'no-label-yet' | 'details-erased' }

/** Draws the label of one package. Refuses: before the label is bought, and after the customer's details are erased. */
@Injectable()
export class PrintLabel {
  constructor(
    private readonly queries: ShipmentQueries,
    private readonly printer: LabelPrinter,
  ) {}

  async run(shipment: ShipmentId, sscc: string): Promise<PrintedLabel> {
    const facts = await this.queries.label(shipment, sscc)
    if (facts === undefined) return { refused: 'no-such-package' }
    if (facts.package.trackingNumber === null) return { refused: 'no-label-yet' }
    const { to } = facts
    return to === null ? { refused: 'details-erased' } : { pdf: await this.printer.print({ ...facts, to }) }
  }
}
