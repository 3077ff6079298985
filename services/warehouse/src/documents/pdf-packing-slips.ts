import { Injectable } from '@nestjs/common'
import PDFDocument from 'pdfkit'
import type { FulfillmentView } from '../floor/floor.queries.js'
import { PackingSlips } from '../floor/packing-slips.js'

const MARGIN = 50
const MM = 72 / 25.4
const COLUMNS = { units: MARGIN, product: MARGIN + 50, name: MARGIN + 150, lot: MARGIN + 400 } as const

@Injectable()
export class PdfPackingSlips extends PackingSlips {
  write(fulfillment: FulfillmentView): Promise<Uint8Array> {
    return pdfOf(fulfillment)
  }
}

function pdfOf(fulfillment: FulfillmentView): Promise<Uint8Array> {
  const document = new PDFDocument({ size: 'A4', margin: MARGIN, info: { Title: `Packing slip ${fulfillment.id}`, Producer: 'Waybill' } })
  const chunks: Buffer[] = []
  const done = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk))
    document.on('end', () => resolve(Buffer.concat(chunks)))
    document.on('error', reject)
  })
  document.font('Helvetica-Bold').fontSize(20).text('Packing slip')
  document.font('Helvetica').fontSize(10).moveDown(0.5)
  document.text(`Order ${fulfillment.order}`).text(`Fulfillment ${fulfillment.id} from ${fulfillment.location}`)
  const parcels = fulfillment.parcels.filter(({ status }) => status !== 'CANCELLED')
  for (const [index, parcel] of parcels.entries()) {
    document.moveDown().font('Helvetica-Bold').fontSize(12).text(`Parcel ${index + 1} of ${parcels.length}${parcel.sscc ? `, SSCC ${parcel.sscc}` : ''}`, MARGIN)
    document.font('Helvetica').fontSize(10).moveDown(0.3)
    for (const { units, product, name, lot } of parcel.contents) {
      if (document.y > document.page.height - MARGIN - 10 * MM) document.addPage()
      const { y } = document
      document.text(String(units), COLUMNS.units, y, { lineBreak: false })
      document.text(product, COLUMNS.product, y, { width: 95, lineBreak: false, ellipsis: true })
      if (lot !== null) document.text(`lot ${lot}`, COLUMNS.lot, y, { width: 95, lineBreak: false, ellipsis: true })
      document.text(name, COLUMNS.name, y, { width: 240 })
    }
  }
  document.end()
  return done
}
