import bwipjs from 'bwip-js/node'

/** Bars of a linear barcode: widths in modules, bar and space in turn, a bar first. */
export type Bars = readonly number[]

/** An SSCC as GS1-128. Throws: if its check digit is wrong. */
export const ssccBars = (sscc: string): Bars => barsOf('gs1-128', `(00)${sscc}`)

export const trackingBars = (trackingNumber: string): Bars => barsOf('code128', trackingNumber)

/** Modules of a QR code, row by row. */
export interface Squares {
  readonly perRow: number
  readonly isDark: readonly boolean[]
}

/** Any text, in any script. */
export function qrSquares(text: string): Squares {
  const [symbol] = bwipjs.raw('qrcode', text, {})
  if (!symbol || !('pixs' in symbol)) throw new Error('no QR code was made')
  return { perRow: symbol.pixx, isDark: symbol.pixs.map((pixel) => pixel === 1) }
}

function barsOf(symbology: 'gs1-128' | 'code128', text: string): Bars {
  const [symbol] = bwipjs.raw(symbology, text, {})
  if (!symbol || !('sbs' in symbol)) throw new Error(`no ${symbology} was made`)
  return symbol.sbs
}
