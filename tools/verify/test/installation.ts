import { service as afterSales } from '@waybill/after-sales'
import { service as console } from '@waybill/console'
import type { ServiceName } from '@waybill/contracts'
import { service as inventory } from '@waybill/inventory'
import { service as notification } from '@waybill/notification'
import { service as order } from '@waybill/order'
import type { ServiceDefinition } from '@waybill/service-kit'
import { service as shipping } from '@waybill/shipping'
import type { Namespace } from '@waybill/testing'
import { service as warehouse } from '@waybill/warehouse'
import pg from 'pg'
import { verify } from '../src/verify.js'
import type { CarrierPackage, ProviderOperation, SentOrder, TopicRecord, World } from '../src/world.js'

const definitions: Readonly<Record<ServiceName, ServiceDefinition>> = { order, inventory, warehouse, shipping, 'after-sales': afterSales, notification, console }
const names = Object.keys(definitions) as readonly ServiceName[]

export type Row = Readonly<Record<string, unknown>>

/**
 * The databases of an installation, to be written by hand. Between `begin` and `rollBack` everything happens in one
 * transaction a database, dropped constraints included, so that no test sees what another has planted.
 */
export class Installation implements World {
  /** What topics, provider, carriers and senders show. */
  topicRecords: readonly TopicRecord[] = []
  operations: readonly ProviderOperation[] = []
  packages: readonly CarrierPackage[] = []
  sent: readonly SentOrder[] = []
  private readonly inTurn = new Map<ServiceName, Promise<unknown>>()

  private constructor(
    /** For the services' roles. */
    readonly urls: Readonly<Record<ServiceName, string>>,
    private readonly clients: ReadonlyMap<ServiceName, pg.Client>,
  ) {}

  static async in(ns: Namespace): Promise<Installation> {
    const urls = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await ns.database(definitions[name])]))) as Record<ServiceName, string>
    const admin = new URL(await ns.emptyDatabase())
    const clients = await Promise.all(
      names.map(async (name): Promise<[ServiceName, pg.Client]> => {
        admin.pathname = new URL(urls[name]).pathname
        const client = new pg.Client({ connectionString: admin.href })
        await client.connect()
        return [name, client]
      }),
    )
    return new Installation(urls, new Map(clients))
  }

  async begin(): Promise<void> {
    await Promise.all(names.map((name) => this.query(name, 'BEGIN')))
  }

  async rollBack(): Promise<void> {
    await Promise.all(names.map((name) => this.query(name, 'ROLLBACK')))
    this.topicRecords = []
    this.operations = []
    this.packages = []
    this.sent = []
  }

  async close(): Promise<void> {
    await Promise.all([...this.clients.values()].map((client) => client.end()))
  }

  /** One after the other on the one connection, whoever asks. */
  query<R>(service: ServiceName, sql: string, values: readonly unknown[] = []): Promise<readonly R[]> {
    const before = this.inTurn.get(service) ?? Promise.resolve()
    const result = before.then(async () => {
      const { rows } = (await this.clients.get(service)?.query(sql, [...values])) as pg.QueryResult
      return rows as R[]
    })
    this.inTurn.set(service, result.catch(() => undefined))
    return result
  }

  /** Inserts rows; values as JSON says them. */
  async insert(service: ServiceName, table: string, ...rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      const columns = Object.keys(row).map((column) => pg.escapeIdentifier(column)).join(', ')
      await this.query(service, `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_record(NULL::${table}, $1)`, [JSON.stringify(row)])
    }
  }

  /** Drops what keeps a table's rows sane: the auditor has to catch what a constraint would have. */
  async unguard(service: ServiceName, ...tables: readonly string[]): Promise<void> {
    for (const table of tables) {
      const found = await this.query<{ name: string }>(service, `SELECT conname AS name FROM pg_constraint WHERE conrelid = $1::regclass AND contype IN ('c', 'p', 'u')`, [table])
      for (const { name } of found) await this.query(service, `ALTER TABLE ${table} DROP CONSTRAINT ${pg.escapeIdentifier(name)}`)
    }
  }

  /** What all rules say, or those named, each violation as `rule subject: what`. */
  async violations(...only: readonly string[]): Promise<readonly string[]> {
    const findings = await verify(this, { settleMs: 0, ...(only.length === 0 ? {} : { only }) })
    return findings.flatMap(({ rule, violations }) => violations.map(({ subject, what }) => `${rule.id} ${subject}: ${what}`))
  }

  records = (): Promise<readonly TopicRecord[]> => Promise.resolve(this.topicRecords)
  providerOperations = (): Promise<readonly ProviderOperation[]> => Promise.resolve(this.operations)
  carrierPackages = (): Promise<readonly CarrierPackage[]> => Promise.resolve(this.packages)
  sentOrders = (): Promise<readonly SentOrder[]> => Promise.resolve(this.sent)
  forget(): void {
    // its topics are what the test says they are
  }
}
