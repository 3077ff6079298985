import { Injectable } from '@nestjs/common'
import { asId, type Cause, type ShipmentId } from '@waybill/kernel'
import { UnitOfWork, type Tx } from '@waybill/service-kit'
import type { Address, LabelRequest } from '../shipments/carrier.js'
import { CarrierCalls, type EndedCall, type OpenCall, type OpenHandOver, type OpenLabelCall } from '../shipments/carrier-calls.js'
import type { Plan, Shipment } from '../shipments/shipment.js'
import type { Decided } from '../shipments/shipments.js'
import { ShippingRules, type World } from '../shipments/world.js'
import { ShipmentDesk } from './shipment-desk.js'

/** A call whose result stays unknown is asked about after 1 s, then twice as late each time, at most this late. */
const BACKOFF_MAX_MS = 60_000
/** After so many tries (about a quarter of an hour) a person is told; asking goes on. */
const TRIES_BEFORE_TASK = 18

interface CallRow {
  readonly key: string
  readonly shipment: string
  readonly unknown: boolean
}

interface LabelCallRow extends CallRow {
  readonly plan: Plan
  readonly packages: LabelRequest['packages']
  readonly sender: Address
  readonly receiver: Address | null
}

@Injectable()
export class PostgresCarrierCalls extends CarrierCalls {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly rules: ShippingRules,
  ) {
    super()
  }

  async openLabelCalls(shipments: readonly ShipmentId[]): Promise<readonly OpenLabelCall[]> {
    const rows = await this.uow.query<LabelCallRow>(
      'carrier_calls.open_labels',
      `select c.key, c.shipment, c.status = 'unknown' as unknown, s.plan,
         (select jsonb_agg(jsonb_build_object('sscc', p.sscc, 'weightGrams', p.weight_grams, 'lengthMm', p.length_mm, 'widthMm', p.width_mm, 'heightMm', p.height_mm) order by p.place)
          from packages p where p.shipment = s.id) as packages,
         jsonb_build_object('name', coalesce(l.name, s.location), 'phone', null, 'street', null, 'street2', null, 'postalCode', coalesce(l.postal_code, ''), 'city', coalesce(l.city, ''), 'region', null, 'country', coalesce(l.country, '')) as sender,
         case when d.name is not null then jsonb_build_object('name', d.name, 'phone', d.phone, 'street', d.street, 'street2', d.street2, 'postalCode', d.postal_code, 'city', d.city, 'region', d.region, 'country', d.country) end as receiver
       from carrier_calls c join shipments s on s.id = c.shipment
       left join locations l on l.location = s.location
       left join delivery_details d on d.order_id = s.order_id
       where c.kind = 'label' and c.status in ('intent', 'unknown') and c.shipment = any($1::uuid[])`,
      [shipments],
    )
    return rows.map(({ key, shipment, unknown, plan, packages, sender, receiver }) => ({
      key,
      shipment: asId<ShipmentId>(shipment),
      mayHaveHappened: unknown,
      request: receiver && { carrier: plan.carrier, service: plan.service, reference: shipment, from: sender, to: receiver, packages },
    }))
  }

  async openHandOvers(shipments: readonly ShipmentId[]): Promise<readonly OpenHandOver[]> {
    const rows = await this.uow.query<CallRow & { readonly numbers: readonly string[] }>(
      'carrier_calls.open_hand_overs',
      `select c.key, c.shipment, c.status = 'unknown' as unknown,
         array(select p.tracking_number from packages p where p.shipment = c.shipment and p.tracking_number is not null order by p.place) as numbers
       from carrier_calls c where c.kind = 'carrier-handover' and c.status in ('intent', 'unknown') and c.shipment = any($1::uuid[])`,
      [shipments],
    )
    return rows.map(({ key, shipment, unknown, numbers }) => ({ key, shipment: asId<ShipmentId>(shipment), mayHaveHappened: unknown, trackingNumbers: numbers }))
  }

  async settle<C extends OpenCall, T>(
    kind: 'label' | 'carrier-handover',
    ended: readonly EndedCall<C, T>[],
    decide: (ended: EndedCall<C, T>, shipment: Shipment, world: World) => Decided<void>,
  ): Promise<void> {
    await this.uow.change(ended, async (tx, fresh) => {
      const about = ({ call }: EndedCall<C, T>) => ({ by: 'shipment', shipment: call.shipment }) as const
      // shipment before call: the lock order of whoever writes an intent
      const desk = await ShipmentDesk.open(tx, fresh.map((one) => ({ about: about(one), cause: one.cause })), this.rules)
      const tries = await writeResults(tx, fresh)
      for (const one of fresh) {
        const shipment = desk.find(about(one))
        if (!shipment || !tries.has(one.call.key)) continue
        desk.take(decide(one, shipment, desk.world(shipment)), one.cause)
        this.askAgainOrStop(tx, kind, one, shipment, tries.get(one.call.key) ?? 0)
      }
      await desk.save()
      await wakeParkedScans(tx, fresh.map(({ call }) => call.shipment))
    })
  }

  async consume(causes: readonly { readonly cause: Cause }[]): Promise<void> {
    await this.uow.change(causes, () => Promise.resolve())
  }

  private askAgainOrStop<C extends OpenCall, T>(tx: Tx, kind: 'label' | 'carrier-handover', { cause, call, answer }: EndedCall<C, T>, shipment: Shipment, tries: number): void {
    if (answer.answer !== 'unknown') {
      tx.closeTask('carrier-silent', call.shipment, `the carrier answered: ${answer.answer}`, cause)
      return
    }
    const waitMs = Math.min(1_000 * 2 ** Math.min(tries - 1, 10), BACKOFF_MAX_MS)
    tx.schedule({ kind: kind === 'label' ? 'label-call' : kind, subject: call.shipment, dueAt: new Date(tx.now.getTime() + waitMs), correlationId: shipment.order })
    if (tries >= TRIES_BEFORE_TASK)
      tx.openTask({
        kind: 'carrier-silent',
        subject: call.shipment,
        why: `asked ${tries} times, and the carrier gives no clear answer: ${answer.why}`.slice(0, 500),
        owner: 'operator',
        dueAt: new Date(tx.now.getTime() + 3_600_000),
        order: shipment.order,
        cause,
      })
  }
}

const statusOf = { done: 'succeeded', refused: 'refused', unknown: 'unknown' } as const

/** How often each call was tried; a call that was settled meanwhile is not in it. */
async function writeResults<C extends OpenCall, T>(tx: Tx, ended: readonly EndedCall<C, T>[]): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ key: string; tries: number }>(
    'carrier_calls.settle',
    `update carrier_calls c set status = r.status, detail = r.detail, tries = c.tries + 1, answered_at = case when r.status = 'unknown' then null else $4::timestamptz end
     from unnest($1::text[], $2::text[], $3::text[]) as r (key, status, detail)
     where c.key = r.key and c.status in ('intent', 'unknown') returning c.key, c.tries`,
    [
      ended.map(({ call }) => call.key),
      ended.map(({ answer }) => statusOf[answer.answer]),
      ended.map(({ answer }) => (answer.answer === 'done' ? null : answer.why.slice(0, 500))),
      tx.now,
    ],
  )
  return new Map(rows.map(({ key, tries }) => [key, tries]))
}

/** Scans can come before the answer that names their tracking number: they are tried again now. */
async function wakeParkedScans(tx: Tx, shipments: readonly ShipmentId[]): Promise<void> {
  const rows = await tx.query<{ id: string }>(
    'scans.parked_of_shipments',
    `select sc.id from scans sc join packages p on p.tracking_number = sc.tracking_number where sc.outcome = 'parked' and p.shipment = any($1::uuid[])`,
    [shipments],
  )
  for (const { id } of rows) tx.schedule({ kind: 'parked-scan', subject: id, dueAt: tx.now })
}
