import { fastify } from 'fastify'

/** Fastify as it comes. Its formats and key words beyond JSON Schema are OpenAPI's own. */
export const Fastify = (options: { readonly logger: boolean }) => fastify({ ...options, ajv: { customOptions: { strict: false } } })
