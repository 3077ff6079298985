import { Injectable } from '@nestjs/common'
import { Metrics, UnitOfWork } from '@waybill/service-kit'

/** What operators watch of shipments. */
@Injectable()
export class ShippingMetrics {
  constructor(metrics: Metrics, uow: UnitOfWork) {
    const count = async (name: string, sql: string): Promise<Record<string, number>> =>
      Object.fromEntries((await uow.query<{ key: string; number: number }>(name, sql)).map(({ key, number }) => [key, number]))
    metrics.gauge('shipments_by_status', 'Shipments in each status', 'status', () => count('metrics.shipments', 'select status as key, count(*)::int as number from shipments group by status'))
    metrics.gauge('carrier_calls_by_status', 'Calls to carriers by how they ended', 'status', () => count('metrics.carrier_calls', 'select status as key, count(*)::int as number from carrier_calls group by status'))
    metrics.gauge('scans_by_outcome', 'Carrier messages by what became of them', 'outcome', () => count('metrics.scans', 'select outcome as key, count(*)::int as number from scans group by outcome'))
  }
}
