import type { ServiceName } from '@waybill/contracts'
import type { Api } from '@waybill/local'

interface Statistics {
  readonly journalBacklog: number
  readonly consumerLag: number
  readonly parkedMessages: number
  readonly quarantined: number
  readonly timers: readonly { readonly kind: string; readonly set: number; readonly due: number }[]
}

const services: readonly ServiceName[] = ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console']
const openReturns = ['requested', 'approved', 'received', 'inspected', 'dispositioned'] as const
/** A timer set for this soon is work under way, not a due date. */
const SOON = new Set(['payment-call', 'label-call', 'carrier-handover', 'send-mail', 'import-orders'])

export interface Rest {
  /** Why the house is not at rest; empty when it is. */
  readonly waitsFor: readonly string[]
  readonly parked: number
  readonly quarantined: number
}

/** Is everything at rest: orders ended, returns settled, nothing under way, nothing parked? Source: domain, section 1. */
export async function restOf(api: Api): Promise<Rest> {
  const waitsFor: string[] = []
  const count = async (service: ServiceName, path: string): Promise<number> => ((await api.send(service, 'GET', path)).body as { items: unknown[] }).items.length
  for (const status of ['PLACED', 'CONFIRMED']) {
    const orders = await count('order', `/v1/orders?status=${status}&limit=200`)
    if (orders > 0) waitsFor.push(`${orders}${orders === 200 ? '+' : ''} orders ${status}`)
  }
  for (const status of openReturns) {
    const returns = await count('after-sales', `/v1/returns?status=${status}&limit=200`)
    if (returns > 0) waitsFor.push(`${returns} returns ${status}`)
  }
  let parked = 0
  let quarantined = 0
  for (const service of services) {
    const stats = (await api.send(service, 'GET', '/ops/stats')).body as Statistics
    parked += stats.parkedMessages
    quarantined += stats.quarantined
    if (stats.journalBacklog > 0) waitsFor.push(`${stats.journalBacklog} facts to publish in ${service}`)
    if (stats.consumerLag > 0) waitsFor.push(`${stats.consumerLag} facts to read in ${service}`)
    const underWay = stats.timers.filter(({ kind, due }) => due > 0 || SOON.has(kind))
    for (const { kind, set } of underWay) waitsFor.push(`${set} ${kind} in ${service}`)
  }
  const tasks = await count('console', '/v1/tasks?limit=200')
  if (tasks > 0) waitsFor.push(`${tasks} tasks`)
  return { waitsFor, parked, quarantined }
}
