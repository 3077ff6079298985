// Contestants of `intake`: the order service's own POST with a use-case that does nothing, and Fastify with the same schema.
import { readFile } from 'node:fs/promises'
import { service } from '@waybill/order'
import { createService } from '@waybill/service-kit'
import { Fastify } from './fastify.js'
import { answerWith, type TaskArguments, type TaskResult } from './contestant.js'

const developmentKey = 'a key that only a bench uses, long enough'
const answer = { order: '01938b1e-7c00-7000-8000-000000000001', status: 'created', isNew: true }
const nothingDone = { units: 0, seconds: 0, cpuMs: 0 }

async function ours({ kafkaBrokers, databaseUrl = '' }: TaskArguments): Promise<TaskResult> {
  const { CaptureOrders } = (await import(new URL('./use-cases/capture-orders.js', import.meta.resolve('@waybill/order')).href)) as { CaptureOrders: { prototype: { run: unknown } } }
  CaptureOrders.prototype.run = () => Promise.resolve([{ result: [answer], replayed: false }])
  const running = await createService(service, { DATABASE_URL: databaseUrl, KAFKA_BROKERS: kafkaBrokers, AUTH_DEVELOPMENT_KEY: developmentKey, LINK_KEY: developmentKey, LOG_LEVEL: 'error' }, { onFatal: (error) => process.stderr.write(`${error.message}\n`) })
  return { ...nothingDone, url: running.url }
}

async function rival(): Promise<TaskResult> {
  const openapi = JSON.parse(await readFile(new URL('../openapi.json', import.meta.resolve('@waybill/order')), 'utf8')) as { components: { schemas: Record<string, object> } }
  const server = Fastify({ logger: false })
  const schemas = JSON.parse(JSON.stringify(openapi.components.schemas).replaceAll('#/components/schemas/', 'bench#/definitions/')) as Record<string, object>
  server.addSchema({ $id: 'bench', definitions: schemas })
  server.post('/v1/orders', { schema: { body: { $ref: 'bench#/definitions/PlaceOrderRequest' } } }, async (_request, reply) => {
    void reply.code(201)
    return { order: answer.order, alreadyAccepted: false }
  })
  return { ...nothingDone, url: await server.listen({ port: 0, host: '127.0.0.1' }) }
}

answerWith({ ours, rival })
