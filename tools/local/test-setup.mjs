// Before the first test: PostgreSQL and Kafka are found or started, once for the whole run.
import { constants } from 'node:os'
import { build } from './build.mjs'

export default async function setup() {
  await build(['libs/testing'])
  const { findInfrastructure } = await import('../../libs/testing/dist/infrastructure/index.js')
  const infrastructure = await findInfrastructure({ purpose: 'tests' })
  // Workers are started after this and inherit the environment.
  process.env.WAYBILL_POSTGRES_URL = infrastructure.postgresUrl
  process.env.WAYBILL_KAFKA_BROKERS = infrastructure.kafkaBrokers
  process.env.WAYBILL_INFRASTRUCTURE = infrastructure.description
  globalThis.waybillInfrastructure = infrastructure
  // Jest ends on a signal without its teardown.
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void infrastructure.stop().finally(() => process.exit(128 + constants.signals[signal])))
  }
}
