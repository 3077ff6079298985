// What the three services of the twin share: written as its team would, with what Nest and TypeORM bring.
import 'reflect-metadata'
import { randomUUID } from 'node:crypto'
import { type DynamicModule, Inject, Injectable, Module, type OnModuleInit, type Type } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ClientKafka, ClientsModule, type MicroserviceOptions, Transport } from '@nestjs/microservices'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { lastValueFrom } from 'rxjs'
import { DataSource, type EntityManager, type EntityTarget, type ObjectLiteral } from 'typeorm'
import { OutboxMessage, ProcessedMessage } from './entities.js'

const POLL_MS = 100
const POLL_ROWS = 100

/** What every message of the twin carries. */
export interface TwinMessage {
  readonly eventId: string
  readonly orderId: string
}

/** Writes a message beside the change that it tells of. */
export async function publish<M extends { readonly orderId: string }>(manager: EntityManager, topic: string, message: M): Promise<void> {
  await manager.save(manager.create(OutboxMessage, { topic, key: message.orderId, payload: { eventId: randomUUID(), ...message } }))
}

/** Handles a message once, in one transaction. */
export async function handleOnce(dataSource: DataSource, { eventId }: TwinMessage, work: (manager: EntityManager) => Promise<void>): Promise<void> {
  await dataSource.transaction(async (manager) => {
    if (await manager.findOneBy(ProcessedMessage, { id: eventId })) return
    await manager.insert(ProcessedMessage, { id: eventId })
    await work(manager)
  })
}

/** Publishes what lies in the outbox, looking ten times a second. */
@Injectable()
class OutboxPoller implements OnModuleInit {
  private isPolling = false

  constructor(
    private readonly dataSource: DataSource,
    @Inject('KAFKA') private readonly client: ClientKafka,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.client.connect()
    setInterval(() => void this.poll(), POLL_MS)
  }

  private async poll(): Promise<void> {
    if (this.isPolling) return
    this.isPolling = true
    try {
      const repository = this.dataSource.getRepository(OutboxMessage)
      for (const { id, topic, key, payload } of await repository.find({ order: { id: 'ASC' }, take: POLL_ROWS })) {
        await lastValueFrom(this.client.emit(topic, { key, value: payload }))
        await repository.delete(id)
      }
    } catch (error) {
      process.stderr.write(`outbox: ${String(error)}\n`)
    } finally {
      this.isPolling = false
    }
  }
}

/** Starts one service of the twin from its environment, and tells its parent where it answers. */
export async function startTwin(name: string, entities: readonly EntityTarget<ObjectLiteral>[], controller: Type, providers: readonly Type[] = []): Promise<void> {
  const { DATABASE_URL = '', KAFKA_BROKERS = '' } = process.env
  const brokers = KAFKA_BROKERS.split(',')
  const dataSource = await new DataSource({ type: 'postgres', url: DATABASE_URL, entities: [...entities, OutboxMessage, ProcessedMessage] as never, synchronize: true }).initialize()
  const app = await NestFactory.create(moduleOf(name, brokers, dataSource, controller, providers), new FastifyAdapter({ bodyLimit: 4_194_304 }), { logger: ['error', 'warn'] })
  app.connectMicroservice<MicroserviceOptions>({ transport: Transport.KAFKA, options: { client: { clientId: name, brokers }, consumer: { groupId: name }, subscribe: { fromBeginning: true } } })
  await app.startAllMicroservices()
  await app.listen(0, '127.0.0.1')
  process.on('SIGTERM', () => process.exit(0))
  process.on('disconnect', () => process.exit(0))
  process.send?.(await app.getUrl())
}

function moduleOf(name: string, brokers: string[], dataSource: DataSource, controller: Type, providers: readonly Type[]): DynamicModule {
  @Module({})
  class TwinModule {}
  return {
    module: TwinModule,
    imports: [ClientsModule.register([{ name: 'KAFKA', transport: Transport.KAFKA, options: { client: { clientId: `${name}-outbox`, brokers }, producerOnlyMode: true } }])],
    controllers: [controller],
    providers: [{ provide: DataSource, useValue: dataSource }, OutboxPoller, ...providers],
  }
}
