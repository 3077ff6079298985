import { readFile } from 'node:fs/promises'
import type { ServiceName } from '@waybill/contracts'
import pg from 'pg'
import { readTopics } from './read-topics.js'
import type { CarrierPackage, ProviderOperation, SentOrder, TopicRecord, World } from './world.js'

/** Where a running installation can be looked at. */
export interface WorldAddresses {
  readonly databases: Readonly<Partial<Record<ServiceName, string>>>
  readonly kafkaBrokers: string
  readonly namespace?: string
  readonly paymentsUrl?: string
  readonly paymentApiKey?: string
  readonly carriersUrl?: string
  /** Lines of JSON: what a sender holds as accepted. */
  readonly sentOrdersFile?: string
}

/** Answers of the outside world that rules can read. Throws: where a ledger does not answer. */
async function ledger<T>(url: string, headers: Record<string, string>): Promise<T> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(60_000) })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  return (await response.json()) as T
}

/** A living installation, read only. */
export class LiveWorld implements World {
  private readonly pools = new Map<ServiceName, pg.Pool>()
  private reading: Promise<readonly TopicRecord[]> | undefined

  constructor(private readonly addresses: WorldAddresses) {}

  async query<Row>(service: ServiceName, sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const connectionString = this.addresses.databases[service]
    if (connectionString === undefined) throw new Error(`The database of ${service} is not given`)
    const { rows } = await this.poolOf(service, connectionString).query(sql, [...values])
    return rows as Row[]
  }

  private poolOf(service: ServiceName, connectionString: string): pg.Pool {
    const known = this.pools.get(service)
    if (known) return known
    const pool = new pg.Pool({ connectionString, max: 2, options: '-c default_transaction_read_only=on -c jit=off' })
    // an idle connection that breaks is replaced; without a listener it would end the process
    pool.on('error', () => undefined)
    this.pools.set(service, pool)
    return pool
  }

  records(): Promise<readonly TopicRecord[]> {
    this.reading ??= readTopics(this.addresses.kafkaBrokers.split(','), this.addresses.namespace ?? '')
    return this.reading
  }

  forget(): void {
    this.reading = undefined
  }

  async providerOperations(): Promise<readonly ProviderOperation[]> {
    const { paymentsUrl, paymentApiKey } = this.addresses
    if (paymentsUrl === undefined) throw new Error("The payment provider's address is not given")
    return (await ledger<{ operations: ProviderOperation[] }>(`${paymentsUrl}/v1/ledger`, { authorization: `Bearer ${paymentApiKey ?? ''}` })).operations
  }

  async carrierPackages(): Promise<readonly CarrierPackage[]> {
    const { carriersUrl } = this.addresses
    if (carriersUrl === undefined) throw new Error("The carriers' address is not given")
    const { entries } = await ledger<{ entries: CarrierEntry[] }>(`${carriersUrl}/v1/ledger`, {})
    const voided = new Set(entries.filter(({ entry }) => entry === 'label-voided').map(({ label }) => label))
    return entries
      .filter(({ entry }) => entry === 'label-bought')
      .flatMap(({ key, label, packages }) => (packages ?? []).map(({ sscc, trackingNumber }) => ({ key: key ?? '', sscc, trackingNumber, isVoided: voided.has(label) })))
  }

  async sentOrders(): Promise<readonly SentOrder[]> {
    const { sentOrdersFile } = this.addresses
    if (sentOrdersFile === undefined) return []
    const text = await readFile(sentOrdersFile, 'utf8')
    return text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as SentOrder)
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.end()))
  }
}

interface CarrierEntry {
  readonly entry: string
  readonly label: string
  readonly key?: string
  readonly packages?: readonly { readonly sscc: string; readonly trackingNumber: string }[]
}
