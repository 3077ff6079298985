import { bytesOf, type WireRequest } from './wire.js'

const SHOWN_MAX = 4_000
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** A command that sends the same request; what curl would not send so goes through `nc`. */
export function commandOf(wire: WireRequest): string {
  const { url, method, target, headers, body, framing } = wire
  const isText = body === undefined || (body.length <= SHOWN_MAX && /^[\t\n\x20-\x7e]*$/.test(body.toString('latin1')))
  if (framing === undefined && isText)
    return [`curl -i -X ${method} --path-as-is ${quoted(url + target)}`, ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${shown(name, value)}`)}`), ...(body === undefined ? [] : [`--data-binary ${quoted(body.toString())}`])].join(' ')
  const { hostname, port } = new URL(url)
  const { bytes } = bytesOf({ ...wire, headers: headers.map(([name, value]) => [name, shown(name, value)] as const) })
  const whole = bytes.length <= SHOWN_MAX ? bytes.toString('base64') : `${bytes.subarray(0, SHOWN_MAX).toString('base64')}... (${bytes.length} bytes)`
  return `echo ${whole} | base64 -d | nc ${hostname} ${port}`
}

/** A token opens doors, even of a test: whoever repeats the request puts his own. */
const shown = (name: string, value: string): string => (name.toLowerCase() === 'authorization' && value.length > 60 ? 'Bearer $TOKEN' : value)
