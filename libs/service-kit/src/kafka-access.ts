import type { KafkaAccess } from '@waybill/messaging'
import { flag, list, oneOf, optional, secret, text, type ConfigOf } from './config.js'

/** How one is told the way to the brokers. An own authority's certificates: NODE_EXTRA_CA_CERTS. */
export const kafkaSettings = {
  kafkaBrokers: list('KAFKA_BROKERS'),
  kafkaSsl: flag('KAFKA_SSL', { default: false }),
  kafkaSaslMechanism: optional(oneOf('KAFKA_SASL_MECHANISM', ['plain', 'scram-sha-256', 'scram-sha-512'])),
  kafkaUsername: optional(text('KAFKA_USERNAME')),
  kafkaPassword: optional(secret('KAFKA_PASSWORD', { lengthMin: 1 })),
}

/** The way to the brokers, as whoever was told logs in. */
export const kafkaAccess = (clientId: string, { kafkaBrokers, kafkaSsl, kafkaSaslMechanism, kafkaUsername, kafkaPassword }: ConfigOf<typeof kafkaSettings>): KafkaAccess => ({
  brokers: kafkaBrokers,
  clientId,
  ssl: kafkaSsl,
  ...(kafkaSaslMechanism === undefined ? {} : { sasl: { mechanism: kafkaSaslMechanism, username: kafkaUsername ?? '', password: kafkaPassword ?? '' } }),
})
