/** The servers that this test run uses, as the setup found them (see the finder). */
export interface Servers {
  /** The administrator's. */
  readonly postgresUrl: string
  readonly kafkaBrokers: readonly string[]
}

/** Throws when nothing was found: then the test was not started by `npm test`. */
export function servers(): Servers {
  const { WAYBILL_POSTGRES_URL: postgresUrl, WAYBILL_KAFKA_BROKERS: brokers } = process.env
  if (!postgresUrl || !brokers) throw new Error('No PostgreSQL and Kafka: run tests by `npm test`, which finds or starts them')
  return { postgresUrl, kafkaBrokers: brokers.split(',') }
}
