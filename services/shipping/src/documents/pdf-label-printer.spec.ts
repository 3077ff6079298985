import { describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { readCode128 } from '../../test/code128.js'
import { drawingOf, modulesOf, rectanglesOf, textOf } from '../../test/pdf.js'
import { aJourney, anExpected, aSealedPackage, aWorld, someLines } from '../../test/samples.js'
import { goOn } from '../shipments/go-on.js'
import { noteLabel, notePackages, noteRequest } from '../shipments/news.js'
import type { Address } from '../shipments/carrier.js'
import { PdfLabelPrinter } from './pdf-label-printer.js'
import { ssccBars } from './barcode.js'

const dejaVu = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'
const SSCC = '095287654321012346'
const customer: Address = { name: 'Jürgen Müßig', phone: null, street: 'Hauptstraße 1', street2: null, postalCode: '10115', city: 'Köln', region: null, country: 'DE' }

async function labelFor(to: Address, labelFonts: readonly string[] = []): Promise<string> {
  const planned = goOn(noteRequest(anExpected(), aJourney(), someLines), aWorld()).shipment
  const packed = goOn(notePackages(planned, [aSealedPackage()]), aWorld()).shipment
  const shipment = goOn(noteLabel(packed, { packages: [{ sscc: SSCC, trackingNumber: 'ME000000018042' }], priceMinor: 480 }), aWorld()).shipment
  const [parcel] = shipment.packages
  if (!parcel) throw new Error('a package')
  const from: Address = { ...customer, name: 'Berlin', street: null, city: 'Schönefeld', postalCode: '12529' }
  const pdf = await new PdfLabelPrinter({ labelFonts }).print({ shipment, package: parcel, place: 1, from, to })
  expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-')
  return drawingOf(pdf)
}

describe('the label', () => {
  it('carries the SSCC as GS1-128 that scans, with quiet zones and the GS1 bar height', async () => {
    const bars = rectanglesOf(await labelFor(customer)).filter(({ height }) => height > 80)
    expect(readCode128(modulesOf(bars))).toBe(`<FNC1>00${SSCC}`)
    const narrowest = Math.min(...bars.map(({ width }) => width))
    const left = Math.min(...bars.map(({ x }) => x))
    const right = Math.max(...bars.map(({ x, width }) => x + width))
    expect(narrowest).toBeGreaterThanOrEqual((0.49 * 72) / 25.4)
    expect(left).toBeGreaterThanOrEqual(10 * narrowest)
    expect((100 * 72) / 25.4 - right).toBeGreaterThanOrEqual(10 * narrowest)
  })

  it('carries the tracking number as Code 128 that scans', async () => {
    const bars = rectanglesOf(await labelFor(customer)).filter(({ height }) => height > 30 && height < 80)
    expect(readCode128(modulesOf(bars))).toBe('ME000000018042')
  })

  it('refuses an SSCC with a wrong check digit', () => {
    expect(() => ssccBars('095287654321012347')).toThrow(/[Cc]hecksum/)
  })

  it('prints the customer, the sender, mode and service', async () => {
    const text = textOf(await labelFor(customer))
    for (const words of ['Jürgen Müßig', 'Hauptstraße 1', '10115 Köln', 'Berlin', '12529 Schönefeld', 'ROAD', 'meridian road-standard', 'Package 1 of 1', '1.35 kg', `(00) ${SSCC}`])
      expect(text).toContain(words)
  })

  it('writes Cyrillic and Polish names in western letters where there is no font for them', async () => {
    const text = textOf(await labelFor({ ...customer, name: 'Юлия Щукина', city: 'Łódź' }))
    expect(text).toContain('Iuliia Shchukina')
    expect(text).toContain('10115 Lódz')
    expect(text).not.toContain('scan the square code')
  })

  it('puts a name it cannot print into a square code, and says so', async () => {
    const drawing = await labelFor({ ...customer, name: '山田太郎' })
    expect(textOf(drawing)).toContain('????')
    expect(textOf(drawing)).toContain('scan the square code')
    expect(rectanglesOf(drawing).filter(({ width, height }) => width === height && width < 5).length).toBeGreaterThan(100)
  })

  it('prints Cyrillic in a font of the machine, where there is one', async () => {
    if (!existsSync(dejaVu)) return
    const drawing = await labelFor({ ...customer, name: 'Юлия Щукина' }, [dejaVu])
    expect(textOf(drawing)).not.toContain('Iuliia')
    expect(textOf(drawing)).toContain('Hauptstraße 1')
  })
})
