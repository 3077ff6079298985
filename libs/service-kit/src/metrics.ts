import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** The numbers of this service: its own registry, served at /metrics. */
export abstract class Metrics {
  abstract readonly registry: Registry
  /**
   * A number by label that is asked for only when somebody reads /metrics, e.g. orders by state:
   * `metrics.gauge('orders_by_state', 'Orders in each state', 'state', () => countByState())`.
   */
  abstract gauge(name: string, help: string, label: string, read: () => Promise<Readonly<Record<string, number>>>): void
}

export class PrometheusMetrics extends Metrics {
  readonly registry = new Registry()
  readonly httpSeconds: Histogram<'method' | 'route' | 'status'>

  constructor(service: string) {
    super()
    this.registry.setDefaultLabels({ service })
    this.httpSeconds = new Histogram({
      name: 'waybill_http_seconds',
      help: 'Time from request to answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [this.registry],
    })
  }

  gauge(name: string, help: string, label: string, read: () => Promise<Readonly<Record<string, number>>>): void {
    const gauge: Gauge = new Gauge({
      name: name.startsWith('waybill_') ? name : `waybill_${name}`,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect: async () => {
        const values = await read()
        gauge.reset()
        for (const [value, number] of Object.entries(values)) gauge.set({ [label]: value }, number)
      },
    })
  }

  /** Counts something that a person has to know of, with those that messaging raises. */
  alarm(code: string): void {
    const alarms = this.registry.getSingleMetric('waybill_alarms_total')
    if (alarms instanceof Counter) alarms.inc({ code })
  }

  /** A number without a label. */
  number(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.registry], collect: () => gauge.set(read()) })
  }
}
