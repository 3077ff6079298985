import { crashPoint } from '@waybill/kernel'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseJson } from './json-parser.js'
import { Problem } from './problem.js'
import type { KitRequest } from './request.js'
import type { RouteOptions } from './route-options.js'

/** Unit: bytes. */
const BODY_MAX = 256 * 1024
const BULK_BODY_MAX = 4 * 1024 * 1024
/** A body that is not whole by then is given up: nobody may hold a connection by writing slowly. */
const BODY_WITHIN_MS = 20_000

const streamTypes: ReadonlySet<string> = new Set(['text/csv', 'application/x-ndjson'])

/** Replaces Fastify's body parsers by ours: one reader for all routes, that goes by the route's options. */
export function useBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: NodeJS.ReadableStream) => {
    if (request.is404) return undefined
    const route: RouteOptions = request.routeOptions.config as RouteOptions
    if (route.stream) return streamOf(request, payload)
    refuseEncoding(request)
    if (!route.raw) refuseMediaType(request)
    const bytes = await read(request, payload, route.bulk ? BULK_BODY_MAX : BODY_MAX)
    ;(request as KitRequest).rawBody = bytes
    crashPoint('C1-body-read')
    return route.raw ? bytes : objectOf(parseJson(bytes))
  })
}

/** Routes take one object: what is around a list belongs into it. */
function objectOf(body: unknown): object {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Problem('object-expected', { errors: [{ pointer: '', code: 'object-expected' }] })
  return body
}

function streamOf(request: FastifyRequest, payload: NodeJS.ReadableStream): NodeJS.ReadableStream {
  refuseEncoding(request)
  const { type, charset } = mediaTypeOf(request)
  if (!streamTypes.has(type) || charset !== 'utf-8')
    throw new Problem('unsupported-media-type', { detail: `Expected ${[...streamTypes].join(' or ')} in UTF-8` })
  return payload
}

function mediaTypeOf(request: FastifyRequest): { type: string; charset: string } {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='))
  return { type: type.trim(), charset: (charset?.slice('charset='.length).replaceAll('"', '') ?? 'utf-8').replace('utf8', 'utf-8') }
}

function refuseMediaType(request: FastifyRequest): void {
  const { type, charset } = mediaTypeOf(request)
  if (type !== 'application/json' || charset !== 'utf-8')
    throw new Problem('unsupported-media-type', { detail: 'Expected application/json in UTF-8' })
}

/** Compressed bodies are refused: what they unfold to could be anything. */
function refuseEncoding(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new Problem('unsupported-media-type', { detail: 'Send the body without Content-Encoding' })
}

function read(request: FastifyRequest, payload: NodeJS.ReadableStream, max: number): Promise<Buffer> {
  const tooLarge = () => new Problem('body-too-large', { detail: `This route takes at most ${max} bytes`, data: { maxBytes: max } })
  if (Number(request.headers['content-length'] ?? 0) > max) return Promise.reject(tooLarge())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const late = setTimeout(() => end(new Problem('request-timeout')), BODY_WITHIN_MS)
    const end = (error?: Error) => {
      clearTimeout(late)
      payload.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose)
      // the rest of a refused body flows into nothing until the connection closes
      if (error) payload.on('error', () => undefined).resume()
      if (error) reject(error)
      else resolve(Buffer.concat(chunks, length))
    }
    const onData = (chunk: Buffer) => {
      length += chunk.length
      if (length > max) end(tooLarge())
      else chunks.push(chunk)
    }
    const onEnd = () => end()
    const onError = (cause: Error) => end(new Problem('malformed-request', { detail: 'The body ended early', cause }))
    const onClose = () => end(new Problem('malformed-request', { detail: 'The body ended early' }))
    payload.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose)
  })
}
