import { randomUUID } from 'node:crypto'
import { type Person, developmentToken } from './development-token.js'

/** Who asks, and what stands in the headers. */
export interface RequestOptions extends Partial<Person> {
  /** The Idempotency-Key; default: a new one for every request that changes something; null: none. */
  readonly key?: string | null
  /** Instead of the token that role and name make. */
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer. A JSON body is parsed, every other is text. */
export interface Response {
  readonly status: number
  // A test asserts on the body's shape; a declared one would only be repeated there.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any
  readonly headers: Headers
}

/** Asks a service over HTTP. A body that is text or bytes is sent as it is, everything else as JSON. */
export function request(baseUrl: string): {
  get(path: string, options?: RequestOptions): Promise<Response>
  post(path: string, body?: unknown, options?: RequestOptions): Promise<Response>
  put(path: string, body?: unknown, options?: RequestOptions): Promise<Response>
  patch(path: string, body?: unknown, options?: RequestOptions): Promise<Response>
  delete(path: string, options?: RequestOptions): Promise<Response>
} {
  const send = async (method: string, path: string, body: unknown, options: RequestOptions = {}): Promise<Response> => {
    const headers = new Headers()
    if (body !== undefined && !isRaw(body)) headers.set('content-type', 'application/json')
    const { role, key = method === 'GET' ? null : randomUUID() } = options
    if (key !== null) headers.set('idempotency-key', key)
    const token = options.token ?? (role === undefined ? undefined : await developmentToken({ ...options, role }))
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value)
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers,
      redirect: 'manual',
      ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== ''
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }
  return {
    get: (path, options) => send('GET', path, undefined, options),
    post: (path, body, options) => send('POST', path, body, options),
    put: (path, body, options) => send('PUT', path, body, options),
    patch: (path, body, options) => send('PATCH', path, body, options),
    delete: (path, options) => send('DELETE', path, undefined, options),
  }
}

const isRaw = (body: unknown): body is string | Uint8Array<ArrayBuffer> => typeof body === 'string' || body instanceof Uint8Array
