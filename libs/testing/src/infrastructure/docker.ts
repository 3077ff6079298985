import { GenericContainer, Wait, getContainerRuntimeClient } from 'testcontainers'
import { freePort } from './ports.js'

/** What runs in containers, and how to end it. */
export interface DockerServers {
  readonly postgresUrl: string
  readonly kafkaBrokers: string
  stop(): Promise<void>
}

/** The reason why no Docker engine can be used here, or nothing when one answers. */
export async function dockerRefusal(): Promise<string | undefined> {
  try {
    await getContainerRuntimeClient()
    return undefined
  } catch {
    return 'no Docker engine answers. Fix: start Docker, or set DOCKER_HOST.'
  }
}

/** PostgreSQL and Kafka as containers that end with the run (testcontainers' reaper also removes what a killed run leaves). */
export async function startDocker(options: {
  readonly maxConnections: number
  readonly say: (line: string) => void
}): Promise<DockerServers> {
  options.say('Docker: starting postgres:18 and apache/kafka:4.3.1 (pulled at the first start; their data ends with the run)')
  const [postgres, kafka] = await Promise.all([startPostgres(options.maxConnections), startKafka()])
  return {
    postgresUrl: postgres.url,
    kafkaBrokers: kafka.brokers,
    stop: async () => {
      await Promise.all([postgres.container.stop(), kafka.container.stop()])
    },
  }
}

async function startPostgres(maxConnections: number) {
  const container = await new GenericContainer('postgres:18')
    .withEnvironment({ POSTGRES_PASSWORD: 'waybill' })
    .withExposedPorts(5432)
    .withCommand(['postgres', '-c', `max_connections=${maxConnections}`, '-c', 'jit=off', '-c', 'fsync=off', '-c', 'timezone=UTC'])
    // The entry script starts the server twice: once for itself, once for us.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start()
  return { container, url: `postgres://postgres:waybill@${container.getHost()}:${container.getMappedPort(5432)}/postgres` }
}

async function startKafka() {
  // A broker tells its clients where it is, so the outside port must be known before it starts; inside it needs a
  // second listener, because it must reach itself.
  const port = await freePort()
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime
  const container = await new GenericContainer('apache/kafka:4.3.1')
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'OUTSIDE://:9092,INSIDE://:9094,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `OUTSIDE://${host}:${port},INSIDE://localhost:9094`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'INSIDE',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_HEAP_OPTS: '-Xmx256m',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start()
  return { container, brokers: `${host}:${port}` }
}
