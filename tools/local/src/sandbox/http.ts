import Fastify, { type FastifyInstance } from 'fastify'

/** What a sandbox answers to a request: a status and a body, kept as they are for the same request to come again. */
export interface Answer {
  readonly status: number
  readonly body: object
}

/** A refusal as every sandbox words it. */
export const refusal = (status: number, code: string, message: string): Answer => ({ status, body: { code, message } })

/** A sandbox that runs: its base address, and its end. */
export interface RunningSandbox {
  readonly url: string
  stop(): Promise<void>
}

/** A Fastify that answers its own errors in the sandboxes' form and lets go of idle connections when it is closed. */
export function sandboxServer(): FastifyInstance {
  const server = Fastify({ forceCloseConnections: true, bodyLimit: 4_194_304 })
  server.setNotFoundHandler((request, reply) => reply.status(404).send({ code: 'not-found', message: `${request.method} ${request.url}` }))
  server.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) =>
    reply.status(error.statusCode ?? 500).send({ code: 'bad-request', message: error.message }),
  )
  return server
}

/** Where a sandbox listens. */
export interface ListenAt {
  /** 0: any. */
  readonly port: number
  /** Left out: this machine only. Others may reach it where it runs in a container. */
  readonly host?: string
}

/** Starts listening; answers the address. */
export function listen(server: FastifyInstance, { port, host = '127.0.0.1' }: ListenAt): Promise<string> {
  return server.listen({ port, host })
}

/** The one header of that name, or undefined. */
export function header(headers: Record<string, string | string[] | undefined>, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
