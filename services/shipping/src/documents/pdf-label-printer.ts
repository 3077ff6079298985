import { Injectable } from '@nestjs/common'
import { existsSync } from 'node:fs'
import PDFDocument from 'pdfkit'
import type { Address } from '../shipments/carrier.js'
import { LabelPrinter } from '../shipments/label-printer.js'
import type { LabelFacts } from '../shipments/shipment-queries.js'
import { qrSquares, ssccBars, trackingBars, type Bars } from './barcode.js'
import { cleaned, isWestern, UNPRINTABLE, westernised } from './printable.js'

/** Fonts for names that the built-in ones cannot print. */
export abstract class LabelFonts {
  /** Files, tried in turn; a missing one is passed over. `file.ttc#Family` names a font of a collection. */
  abstract readonly labelFonts: readonly string[]
}

type Facts = LabelFacts & { readonly to: Address }

const MM = 72 / 25.4
/** A logistic label of 100 x 150 mm. */
const PAGE: [number, number] = [100 * MM, 150 * MM]
const MARGIN = 4 * MM
const WIDTH = PAGE[0] - 2 * MARGIN
/** The narrowest bar of an SSCC on a logistic label, its height, and the white beside it. Source: GS1 General Specifications 6.6.4.6. */
const SSCC_MODULE = 0.495 * MM
const SSCC_HEIGHT = 32 * MM
const TRACKING_MODULE = 0.33 * MM
const TRACKING_HEIGHT = 13 * MM
const QUIET_MODULES = 10

const modeMarks = { road: 'ROAD', air: 'AIR', water: 'WATER', rail: 'RAIL' } as const

/** Draws labels as PDF, bars as vectors so that any printer's resolution makes them sharp. */
@Injectable()
export class PdfLabelPrinter extends LabelPrinter {
  private readonly files: readonly { readonly path: string; readonly family: string | undefined }[]

  constructor({ labelFonts }: LabelFonts) {
    super()
    this.files = labelFonts.map((font) => ({ path: font.split('#')[0] ?? '', family: font.split('#')[1] })).filter(({ path }) => existsSync(path))
  }

  print(facts: Facts): Promise<Uint8Array> {
    const { shipment, package: parcel, place } = facts
    const document = new PDFDocument({ size: PAGE, margin: 0, info: { Title: `Label ${parcel.sscc}` }, lang: 'en' })
    const bytes = collected(document)
    const letters = new Letters(document, this.files)
    const { plan } = shipment

    letters.line('From', MARGIN, MARGIN, 6)
    letters.lines(linesOf(facts.from), MARGIN, MARGIN + 8, 7, 9)
    const mark = plan ? modeMarks[plan.mode] : ''
    document.font('Helvetica-Bold').fontSize(20).text(mark, MARGIN, MARGIN, { width: WIDTH, align: 'right', lineBreak: false })
    document.font('Helvetica').fontSize(8).text(plan ? `${plan.carrier} ${plan.service}` : '', MARGIN, MARGIN + 22, { width: WIDTH, align: 'right', lineBreak: false })
    rule(document, 19 * MM)

    letters.line('To', MARGIN, 20.5 * MM, 6)
    const address = linesOf(facts.to)
    const isWhole = letters.lines(address, MARGIN, 23.5 * MM, 12, 14.5)
    // what cannot be printed is at least there to be scanned
    if (!isWhole) drawSquares(document, address.join('\n'), PAGE[0] - MARGIN - 17 * MM, 21 * MM, 17 * MM)
    rule(document, 56 * MM)

    document.font('Helvetica').fontSize(8)
    document.text(`Package ${place} of ${shipment.packages.length}   ${(parcel.weightGrams / 1_000).toFixed(2)} kg   ${parcel.lengthMm} x ${parcel.widthMm} x ${parcel.heightMm} mm`, MARGIN, 58 * MM, { lineBreak: false })
    document.text(`Ship ${plan?.shipOn ?? ''}   Shipment ${shipment.id}`, MARGIN, 62 * MM, { lineBreak: false })
    if (!isWhole) document.font('Helvetica-Bold').text('Address in other letters: scan the square code', MARGIN, 66 * MM, { lineBreak: false })
    rule(document, 71 * MM)

    if (parcel.trackingNumber !== null) {
      drawBars(document, trackingBars(parcel.trackingNumber), 74 * MM, TRACKING_MODULE, TRACKING_HEIGHT)
      centred(document, `Tracking ${parcel.trackingNumber}`, 88.5 * MM)
    }
    rule(document, 96 * MM)
    drawBars(document, ssccBars(parcel.sscc), 100 * MM, SSCC_MODULE, SSCC_HEIGHT)
    centred(document, `(00) ${parcel.sscc}`, 133.5 * MM)
    centred(document, 'SSCC', 138 * MM)
    document.end()
    return bytes
  }
}

/** Writes lines in the first font that has all their letters, or in western letters. */
class Letters {
  constructor(
    private readonly document: PDFKit.PDFDocument,
    private readonly files: readonly { readonly path: string; readonly family: string | undefined }[],
  ) {}

  /** Was every line printed without a letter lost? */
  lines(lines: readonly string[], x: number, y: number, size: number, leading: number): boolean {
    const whole = lines.map((line, index) => this.line(line, x, y + index * leading, size))
    return whole.every(Boolean)
  }

  line(text: string, x: number, y: number, size: number): boolean {
    const isOurs = isWestern(text) || this.useFontFor(text)
    if (isWestern(text)) this.document.font('Helvetica')
    const printed = isOurs ? text : westernised(text)
    if (!isOurs) this.document.font('Helvetica')
    this.document.fontSize(size)
    const room = WIDTH - (size > 10 ? 19 * MM : 30 * MM)
    // a long name is printed smaller, not cut
    const width = this.document.widthOfString(printed)
    if (width > room) this.document.fontSize(Math.max(5, (size * room) / width))
    this.document.text(printed, x, y, { lineBreak: false })
    return isOurs || !printed.includes(UNPRINTABLE)
  }

  private useFontFor(text: string): boolean {
    return this.files.some(({ path, family }) => {
      this.document.font(path, family ?? '')
      const { font } = (this.document as unknown as { readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } } })._font
      return [...text].every((character) => font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0))
    })
  }
}

function linesOf(address: Address): string[] {
  const place = [address.postalCode, address.city].filter((part) => part !== '').join(' ')
  return [address.name, address.street, address.street2, place, [address.region, address.country].filter(Boolean).join(', '), address.phone].flatMap((line) => {
    const text = line === null ? '' : cleaned(line)
    return text === '' ? [] : [text]
  })
}

function rule(document: PDFKit.PDFDocument, y: number): void {
  document.moveTo(MARGIN, y).lineTo(PAGE[0] - MARGIN, y).lineWidth(0.5).stroke()
}

function centred(document: PDFKit.PDFDocument, text: string, y: number): void {
  document.font('Helvetica').fontSize(9).text(text, MARGIN, y, { width: WIDTH, align: 'center', lineBreak: false })
}

/** Centred, and narrower than asked where the symbol with its white margins would not fit. */
function drawBars(document: PDFKit.PDFDocument, bars: Bars, y: number, module: number, height: number): void {
  const modules = bars.reduce((sum, bar) => sum + bar, 0)
  const unit = Math.min(module, PAGE[0] / (modules + 2 * QUIET_MODULES))
  let x = (PAGE[0] - modules * unit) / 2
  bars.forEach((bar, index) => {
    if (index % 2 === 0) document.rect(x, y, bar * unit, height)
    x += bar * unit
  })
  document.fill('black')
}

function drawSquares(document: PDFKit.PDFDocument, text: string, x: number, y: number, side: number): void {
  const { perRow, isDark } = qrSquares(text)
  const unit = side / perRow
  isDark.forEach((dark, index) => {
    if (dark) document.rect(x + (index % perRow) * unit, y + Math.floor(index / perRow) * unit, unit, unit)
  })
  document.fill('black')
}

function collected(document: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    document.on('end', () => resolve(Buffer.concat(chunks)))
    document.on('error', reject)
  })
}
