import type { Registry } from 'prom-client'

/** The numbers of this service: its own registry, served at /metrics. */
export abstract class Metrics {
  abstract readonly registry: Registry
  /**
   * A number by label that is asked for only when somebody reads /metrics, e.g. orders by state:
   * `metrics.gauge('orders_by_state', 'Orders in each state', 'state', () => countByState())`.
   */
  abstract gauge(name: string, help: string, label: string, read: () => Promise<Readonly<Record<string, number>>>): void
}
