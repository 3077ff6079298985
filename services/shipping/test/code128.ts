/** Bar and space widths of each Code 128 value, 0 to 105, then stop. Source: ISO/IEC 15417, table 1. */
const patterns = (
  '212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 223211 221132 ' +
  '221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 ' +
  '231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 ' +
  '314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 ' +
  '111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 ' +
  '114131 311141 411131 211412 211214 211232 2331112'
).split(' ')

const FNC1 = 102
const [START_B, START_C, TO_B, TO_C, STOP] = [104, 105, 100, 99, 106]

/** Reads a Code 128 symbol as a scanner does: values, check symbol, code sets. FNC1 is read as `<FNC1>`. Throws: if it is none. */
export function readCode128(widths: readonly number[]): string {
  const values: number[] = []
  for (let at = 0; at < widths.length; at += values.at(-1) === STOP ? 7 : 6) {
    const rest = widths.slice(at)
    const value = patterns.findIndex((pattern) => pattern === rest.slice(0, pattern.length).join(''))
    if (value < 0) throw new Error(`no Code 128 pattern at ${at}: ${rest.slice(0, 7).join('')}`)
    values.push(value)
    if (value === STOP) break
  }
  const [check, stop] = values.slice(-2)
  const body = values.slice(0, -2)
  const sum = body.reduce((total, value, place) => total + value * Math.max(1, place), 0) % 103
  if (stop !== STOP || check !== sum) throw new Error(`check symbol ${check}, expected ${sum}`)
  let set = body[0] === START_C ? 'C' : body[0] === START_B ? 'B' : '?'
  return body
    .slice(1)
    .map((value) => {
      if (value === FNC1) return '<FNC1>'
      if (set === 'C') {
        if (value === TO_B) set = 'B'
        return value === TO_B ? '' : String(value).padStart(2, '0')
      }
      if (value === TO_C) set = 'C'
      return value === TO_C ? '' : String.fromCharCode(value + 32)
    })
    .join('')
}
