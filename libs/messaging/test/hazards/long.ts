/** WAYBILL_LONG=1 runs the hazards at full length; without it, with all times scaled down, so that `npm test` stays short. */
export const isLong = process.env['WAYBILL_LONG'] === '1'

/** Unit: ms. */
export const lasting = (short: number, full: number): number => (isLong ? full : short)

/** What a figure says, where it was asked for by running at full length. */
export function tell(figure: string): void {
  if (isLong) process.stderr.write(`${figure}\n`)
}
