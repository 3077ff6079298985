import type { ServiceName } from '@waybill/contracts'
import { loopback } from '@waybill/testing'
import type { Ports } from './ports.js'
import type { Secrets } from './secrets.js'

/** What the environments of the services are made of. */
export interface EnvironmentParts {
  readonly ports: Ports
  readonly secrets: Secrets
  readonly kafkaBrokers: string
  readonly databaseUrl: string
}

/** The address of whatever listens on this port here. */
export const local = (port: number): string => `http://${loopback}:${port}`

/** The environment of one service, as a container would get it. */
export function environmentOf(service: ServiceName, { ports, secrets, kafkaBrokers, databaseUrl }: EnvironmentParts): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: kafkaBrokers,
    HOST: loopback,
    PORT: String(ports[service]),
    AUTH_DEVELOPMENT_KEY: secrets.developmentKey,
    LINK_KEY: secrets.linkKey,
    ...publicUrls(ports),
    ...outsideWorld[service](ports, secrets),
  }
}

/** Where people and the outside reach each service: for links in mails and for the console's proxy. */
function publicUrls(ports: Ports): Record<string, string> {
  const services = ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console'] as const
  return Object.fromEntries(services.map((service) => [`PUBLIC_URL_${service.replaceAll('-', '_').toUpperCase()}`, local(ports[service])]))
}

/** What a service needs to speak to the world beyond HTTP and Kafka. */
const outsideWorld: Readonly<Record<ServiceName, (ports: Ports, secrets: Secrets) => Record<string, string>>> = {
  order: (ports, secrets) => ({
    PAYMENT_PROVIDER_URL: local(ports.payments),
    PAYMENT_PROVIDER_KEY: secrets.paymentApiKey,
  }),
  inventory: () => ({}),
  warehouse: () => ({}),
  shipping: (ports, secrets) => ({
    CARRIER_URL: local(ports.carriers),
    CARRIER_WEBHOOK_SECRETS: secrets.trackingSecret,
  }),
  'after-sales': () => ({}),
  notification: (ports) => ({
    SMTP_URL: `smtp://${loopback}:${ports.smtp}`,
    MAIL_FROM: 'Waybill Demo <shop@waybill.example>',
  }),
  console: () => ({}),
}
