import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly url: string
  readonly method: string
  /** Path and query, as they are. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer | undefined
  readonly framing: Framing | undefined
}

/** How a request lies about where it ends, or what it is. */
export const framings = ['length-short', 'length-long', 'length-negative', 'length-text', 'length-huge', 'length-twice', 'no-length', 'chunked', 'chunks-broken', 'chunks-and-length', 'http-1.0', 'http-9', 'no-host', 'line-feeds', 'cut', 'head-cut', 'no-method', 'spaces'] as const
export type Framing = (typeof framings)[number]

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What came of it: an answer, or why there is none. */
export type Sent = { readonly answer: Answer; readonly ms: number } | { readonly silence: 'closed' | 'late'; readonly why: string; readonly ms: number }

/** A service that takes longer hangs. Bodies that never end are given up by it after 20 s. */
const LATE_MS = 30_000
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Closes the connections that wait for the next request. */
export const hangUp = (): void => agent.destroy()

export async function send(wire: WireRequest): Promise<Sent> {
  const started = performance.now()
  const sent = await (isOrdinary(wire) ? sendByNode(wire) : sendRaw(wire))
  return { ...sent, ms: performance.now() - started }
}

type Told = { readonly answer: Answer } | { readonly silence: 'closed' | 'late'; readonly why: string }

/** Node refuses to write what is no HTTP; that goes over a bare socket. */
const isOrdinary = ({ framing, target, method, headers }: WireRequest): boolean =>
  framing === undefined && /^\/[\x21-\x7e]*$/.test(target) && /^[A-Z]+$/.test(method) && method !== 'CONNECT' && headers.every(([name, value]) => /^[\w-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value) && !/^(expect|transfer-encoding|upgrade|connection)$/i.test(name))

function sendByNode({ url, method, target, headers, body }: WireRequest): Promise<Told> {
  const { hostname, port, host } = new URL(url)
  const length = body === undefined ? [] : ['Content-Length', String(body.length)]
  return new Promise((resolve) => {
    const request = httpRequest({ agent, hostname, port, method, path: target, headers: ['Host', host, ...headers.flat(), ...length] }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        clearTimeout(late)
        resolve({ answer: { status: response.statusCode ?? 0, headers: response.headers as Record<string, string>, body: Buffer.concat(chunks) } })
      })
      response.on('error', (error) => resolve({ silence: 'closed', why: `in the middle of its answer: ${error.message}` }))
    })
    const late = setTimeout(() => {
      resolve({ silence: 'late', why: `no answer within ${LATE_MS} ms` })
      request.destroy()
    }, LATE_MS)
    request.on('error', (error) => {
      clearTimeout(late)
      resolve({ silence: 'closed', why: error.message })
    })
    request.end(body)
  })
}

function sendRaw(wire: WireRequest): Promise<Told> {
  const { hostname, port } = new URL(wire.url)
  const { bytes, isCut } = bytesOf(wire)
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: hostname, port: Number(port) })
    const end = (silence: 'closed' | 'late', why: string): void => {
      clearTimeout(late)
      socket.destroy()
      const answer = answerIn(Buffer.concat(chunks))
      resolve(answer === undefined ? { silence, why } : { answer })
    }
    const late = setTimeout(() => end('late', `no end within ${LATE_MS} ms`), LATE_MS)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('end', () => end('closed', 'closed without an answer'))
    socket.on('error', (error) => end('closed', error.message))
    // a sender that breaks off does not wait, and one that promised more says that there is none; all others listen
    socket.write(bytes, () => {
      if (isCut) end('closed', 'cut by us')
      else if (wire.framing === 'length-long') socket.end()
    })
  })
}

/** The request's own bytes: what a failure is kept as. */
export function bytesOf({ url, method, target, headers, body, framing }: WireRequest): { readonly bytes: Buffer; readonly isCut: boolean } {
  const length = body?.length ?? 0
  const said: Readonly<Partial<Record<Framing, readonly string[]>>> = {
    'length-short': [`Content-Length: ${Math.max(0, length - 2)}`],
    'length-long': [`Content-Length: ${length + 10}`],
    'length-negative': ['Content-Length: -1'],
    'length-text': ['Content-Length: many'],
    'length-huge': ['Content-Length: 99999999999999999999'],
    'length-twice': [`Content-Length: ${length}`, `Content-Length: ${length + 1}`],
    'no-length': [],
    chunked: ['Transfer-Encoding: chunked'],
    'chunks-broken': ['Transfer-Encoding: chunked'],
    'chunks-and-length': ['Transfer-Encoding: chunked', `Content-Length: ${length}`],
  }
  const lengths = (framing === undefined ? undefined : said[framing]) ?? (body === undefined ? [] : [`Content-Length: ${length}`])
  const version = framing === 'http-1.0' ? 'HTTP/1.0' : framing === 'http-9' ? 'HTTP/9.9' : 'HTTP/1.1'
  const first = framing === 'no-method' ? target : framing === 'spaces' ? `${method}  ${target}  ${version}` : `${method} ${target} ${version}`
  const host = framing === 'no-host' ? [] : [`Host: ${new URL(url).host}`]
  const lines = [first, ...host, 'Connection: close', ...headers.map(([name, value]) => `${name}: ${value}`), ...lengths]
  const head = Buffer.from(`${lines.join(framing === 'line-feeds' ? '\n' : '\r\n')}${framing === 'line-feeds' ? '\n\n' : '\r\n\r\n'}`, 'latin1')
  const isChunked = framing === 'chunked' || framing === 'chunks-broken' || framing === 'chunks-and-length'
  const payload = isChunked ? chunked(body ?? Buffer.alloc(0), framing === 'chunks-broken') : (body ?? Buffer.alloc(0))
  if (framing === 'cut') return { bytes: Buffer.concat([head, payload.subarray(0, payload.length / 2)]), isCut: true }
  if (framing === 'head-cut') return { bytes: head.subarray(0, head.length / 2), isCut: true }
  return { bytes: Buffer.concat([head, payload]), isCut: false }
}

function chunked(body: Buffer, isBroken: boolean): Buffer {
  const half = Math.ceil(body.length / 2)
  const parts = [body.subarray(0, half), body.subarray(half)].filter((part) => part.length > 0)
  const chunks = parts.map((part) => Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]))
  return Buffer.concat([...chunks, Buffer.from(isBroken ? 'zz\r\n' : '0\r\n\r\n')])
}

/** The first answer in these bytes, interim ones passed over. */
function answerIn(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  const [first = '', ...lines] = bytes.subarray(0, Math.max(0, headEnd)).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? Number.NaN)
  if (Number.isNaN(status)) return undefined
  const rest = bytes.subarray(headEnd + 4)
  if (status < 200) return answerIn(rest)
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
  const length = headers['content-length']
  return { status, headers, body: headers['transfer-encoding'] === 'chunked' ? whole(rest) : length === undefined ? rest : rest.subarray(0, Number(length)) }
}

function whole(bytes: Buffer): Buffer {
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = lineEnd < 0 ? 0 : Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (!(size > 0)) return Buffer.concat(chunks)
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}
