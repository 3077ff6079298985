import { Injectable } from '@nestjs/common'
import { asId, type Cause, type ShipmentId } from '@waybill/kernel'
import { newId, UnitOfWork, type Tx } from '@waybill/service-kit'
import type { Answered } from '../lanes/lanes.js'
import type { Shipment } from '../shipments/shipment.js'
import type { Step } from '../shipments/shipping-facts.js'
import { ShippingRules, type World } from '../shipments/world.js'
import type { Scan } from '../tracking/note-scan.js'
import { Scans, type CarrierMessage, type ScanOutcome } from '../tracking/scans.js'
import { ShipmentDesk } from './shipment-desk.js'

/** How parked scans are tried again. */
export abstract class ScanRules {
  /** How long a scan of an unknown package is tried again. */
  abstract readonly scanPatienceMs: number
  abstract readonly firstCheckMs: number
}

type Decide = (scan: Scan, shipment: Shipment, world: World) => Step

interface Owner {
  readonly tracking_number: string
  readonly shipment: string
  readonly sscc: string
  readonly carrier: string | null
}

interface ParkedRow {
  readonly id: string
  readonly carrier: string | null
  readonly tracking_number: string
  readonly status: Scan['status']
  readonly reason: string | null
  readonly place: string | null
  readonly at: Date
  readonly received_at: Date
}

@Injectable()
export class PostgresScans extends Scans {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly rules: ShippingRules,
    private readonly scanRules: ScanRules,
  ) {
    super()
  }

  async take(message: CarrierMessage, decide: Decide): Promise<Answered<ScanOutcome>> {
    const [outcome] = await this.uow.change<CarrierMessage, ScanOutcome>([message], async (tx) => {
      const { scan } = message
      const owner = scan ? (await ownersOf(tx, [scan.trackingNumber])).get(scan.trackingNumber) : undefined
      const result = scan === null ? 'ignored' : owner === undefined ? 'parked' : isForeign(message.carrier, owner) ? 'foreign' : 'applied'
      const id = newId()
      await tx.query(
        'scans.keep',
        `insert into scans (id, connection, webhook_id, type, carrier, tracking_number, status, reason, place, at, outcome, shipment, sscc, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
        [
          id,
          message.connection,
          message.webhookId,
          message.type,
          message.carrier,
          scan?.trackingNumber ?? null,
          scan?.status ?? null,
          scan?.reason ?? null,
          scan?.place ?? null,
          scan?.at ?? null,
          result,
          result === 'applied' ? (owner?.shipment ?? null) : null,
          owner?.sscc ?? null,
          tx.now,
        ],
      )
      if (result === 'parked') tx.schedule({ kind: 'parked-scan', subject: id, dueAt: new Date(tx.now.getTime() + this.scanRules.firstCheckMs) })
      if (result === 'foreign')
        tx.openTask({
          kind: 'foreign-scan',
          subject: id,
          why: `a message of carrier ${message.carrier ?? '?'} names the tracking number of another carrier`.slice(0, 500),
          owner: 'operator',
          dueAt: new Date(tx.now.getTime() + 86_400_000),
          cause: message.cause,
        })
      if (result === 'applied' && scan && owner) await this.apply(tx, [{ cause: message.cause, scan, owner }], decide)
      return [result]
    })
    return outcome ?? { result: undefined, replayed: false }
  }

  async retry(due: readonly { readonly cause: Cause; readonly scan: string }[], decide: Decide): Promise<void> {
    await this.uow.change(due, async (tx, fresh) => {
      const rows = await tx.query<ParkedRow>(
        'scans.parked',
        `select id, carrier, tracking_number, status, reason, place, at, received_at from scans where outcome = 'parked' and id = any($1::uuid[]) order by at, id for update`,
        [fresh.map(({ scan }) => scan)],
      )
      const owners = await ownersOf(tx, rows.map(({ tracking_number }) => tracking_number))
      const causes = new Map(fresh.map(({ scan, cause }) => [scan, cause]))
      const found = rows.flatMap((row) => {
        const owner = owners.get(row.tracking_number)
        const cause = causes.get(row.id)
        return owner && cause ? [{ row, owner, cause }] : []
      })
      await tx.query(
        'scans.claim',
        `update scans sc set outcome = 'applied', shipment = r.shipment, sscc = r.sscc from unnest($1::uuid[], $2::uuid[], $3::text[]) as r (id, shipment, sscc) where sc.id = r.id`,
        [found.map(({ row }) => row.id), found.map(({ owner }) => owner.shipment), found.map(({ owner }) => owner.sscc)],
      )
      await this.apply(tx, found.map(({ row, owner, cause }) => ({ cause, owner, scan: { trackingNumber: row.tracking_number, status: row.status, reason: row.reason, place: row.place, at: row.at } })), decide)
      await this.waitOrGiveUp(tx, rows.filter((row) => !owners.has(row.tracking_number)), causes)
    })
  }

  private async apply(tx: Tx, scans: readonly { readonly cause: Cause; readonly scan: Scan; readonly owner: Owner }[], decide: Decide): Promise<void> {
    if (scans.length === 0) return
    const aboutOf = (owner: Owner) => ({ by: 'shipment', shipment: asId<ShipmentId>(owner.shipment) }) as const
    const desk = await ShipmentDesk.open(tx, scans.map(({ owner, cause }) => ({ about: aboutOf(owner), cause })), this.rules)
    for (const { scan, owner, cause } of scans) {
      const shipment = desk.find(aboutOf(owner))
      if (shipment) desk.take(decide(scan, shipment, desk.world(shipment)), cause)
    }
    await desk.save()
  }

  private async waitOrGiveUp(tx: Tx, rows: readonly ParkedRow[], causes: ReadonlyMap<string, Cause>): Promise<void> {
    const gone: ParkedRow[] = []
    for (const row of rows) {
      const waitedMs = tx.now.getTime() - row.received_at.getTime()
      const leftMs = this.scanRules.scanPatienceMs - waitedMs
      if (leftMs <= 0) gone.push(row)
      else tx.schedule({ kind: 'parked-scan', subject: row.id, dueAt: new Date(tx.now.getTime() + Math.min(Math.max(this.scanRules.firstCheckMs, waitedMs), leftMs)) })
    }
    if (gone.length === 0) return
    await tx.query('scans.give_up', `update scans set outcome = 'unclaimed' where id = any($1::uuid[])`, [gone.map(({ id }) => id)])
    for (const { id, tracking_number } of gone) {
      const cause = causes.get(id)
      if (cause) tx.openTask({ kind: 'unknown-tracking-number', subject: id, why: `a carrier tells of ${tracking_number}, which is no package of ours`, owner: 'operator', dueAt: new Date(tx.now.getTime() + 86_400_000), cause })
    }
  }
}

const isForeign = (carrier: string | null, owner: Owner): boolean => carrier !== null && owner.carrier !== null && carrier !== owner.carrier

async function ownersOf(tx: Tx, trackingNumbers: readonly string[]): Promise<ReadonlyMap<string, Owner>> {
  const rows = await tx.query<Owner>(
    'packages.by_tracking_number',
    `select p.tracking_number, p.shipment, p.sscc, s.plan ->> 'carrier' as carrier from packages p join shipments s on s.id = p.shipment where p.tracking_number = any($1::text[])`,
    [trackingNumbers],
  )
  return new Map(rows.map((row) => [row.tracking_number, row]))
}
