import { inflateSync } from 'node:zlib'

/** A filled rectangle of a page, in points. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** The drawing instructions of a PDF, decompressed. */
export function drawingOf(pdf: Uint8Array): string {
  const bytes = Buffer.from(pdf)
  const streams: string[] = []
  for (let from = bytes.indexOf('stream\n'); from >= 0; from = bytes.indexOf('stream\n', from + 1)) {
    const start = from + 'stream\n'.length
    const end = bytes.indexOf('\nendstream', start)
    if (bytes.subarray(from - 3, from).toString() === 'end' || end < 0) continue
    const head = bytes.subarray(Math.max(0, from - 300), from).toString('latin1')
    const data = bytes.subarray(start, end)
    streams.push(head.slice(head.lastIndexOf('obj')).includes('FlateDecode') ? inflateSync(data).toString('latin1') : data.toString('latin1'))
  }
  return streams.join('\n')
}

export const rectanglesOf = (drawing: string): Rectangle[] =>
  [...drawing.matchAll(/(-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) re\b/g)].map(([, x, y, width, height]) => ({ x: Number(x), y: Number(y), width: Number(width), height: Number(height) }))

/** The widths of bars and spaces, in modules, as they stand on the paper: what a scanner's beam crosses. */
export function modulesOf(bars: readonly Rectangle[]): number[] {
  const sorted = [...bars].sort((a, b) => a.x - b.x)
  const widths = sorted.flatMap((bar, index) => {
    const next = sorted[index + 1]
    return next ? [bar.width, next.x - bar.x - bar.width] : [bar.width]
  })
  const module = Math.min(...widths)
  return widths.map((width) => Math.round(width / module))
}

/** Text that was written in a built-in font. */
export const textOf = (drawing: string): string =>
  [...drawing.matchAll(/\[([^\]]*)\] TJ/g)].map(([, parts = '']) => [...parts.matchAll(/<([0-9a-f]*)>/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1')).join('')).join('\n')
