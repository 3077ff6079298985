import { asId, type Cause, type FulfillmentId, type JsonObject, type OrderId, type ProductId, type ShipmentId } from '@waybill/kernel'
import { newId, type Tx } from '@waybill/service-kit'
import { publishFact } from '../published-events.js'
import { expected } from '../shipments/news.js'
import { restsUntil } from '../shipments/rest.js'
import type { Shipment } from '../shipments/shipment.js'
import type { Ask, Effect, Step, TaskKind } from '../shipments/shipping-facts.js'
import type { About } from '../shipments/shipments.js'
import type { ShippingRules, World } from '../shipments/world.js'
import { causeText } from './cause-text.js'
import {
  packageColumns,
  shipmentColumns,
  toFactor,
  toLane,
  toLocation,
  toProduct,
  toShipment,
  type FactorRow,
  type LaneRow,
  type LocationRow,
  type PackageRow,
  type ProductRow,
  type ShipmentRow,
} from './rows.js'

/** What every decision about shipments needs and leaves behind, for a whole batch in one transaction. */
export class ShipmentDesk {
  private readonly entries = new Map<ShipmentId, Entry>()
  private readonly byFulfillment = new Map<FulfillmentId, ShipmentId>()
  private readonly followUps: { readonly entry: Entry; readonly cause: Cause; readonly effect: Effect }[] = []
  private readonly history: JsonObject[] = []
  /** With the cause of the last move. */
  private readonly moved = new Map<Entry, Cause>()

  private constructor(
    private readonly tx: Tx,
    private readonly worldOf: (shipment: Shipment) => World,
  ) {}

  /** Locks the shipments in fulfillment order (made where nobody spoke of them before) and reads the world around them. */
  static async open(tx: Tx, abouts: readonly { readonly about: About; readonly cause: Cause }[], rules: ShippingRules): Promise<ShipmentDesk> {
    const made = await makeMissing(tx, abouts)
    const rows = await lockShipments(tx, abouts.map(({ about }) => about))
    const packages = await readPackages(tx, rows)
    const shipments = rows.map((row) => ({ row, shipment: toShipment(row, packages.filter(({ shipment }) => shipment === row.id)) }))
    const desk = new ShipmentDesk(tx, await readWorld(tx, shipments.map(({ shipment }) => shipment), abouts.map(({ about }) => about), rules))
    for (const { row, shipment } of shipments) {
      const entry: Entry = { before: shipment, now: shipment, moves: row.moves }
      desk.entries.set(shipment.id, entry)
      desk.byFulfillment.set(shipment.fulfillment, shipment.id)
      const cause = made.get(row.id)
      if (cause) desk.noteMove(entry, null, shipment.status, cause)
    }
    return desk
  }

  find(about: About): Shipment | undefined {
    return this.entryOf(about)?.now
  }

  world(shipment: Shipment): World {
    return this.worldOf(shipment)
  }

  /** Takes a step; the next input about the same shipment sees it. */
  take(step: Step, cause: Cause): void {
    const entry = this.entries.get(step.shipment.id)
    if (!entry) return
    entry.now = step.shipment
    for (const effect of step.effects) {
      if ('ask' in effect && effect.ask === 'move') this.noteMove(entry, effect.from, effect.to, cause)
      else this.followUps.push({ entry, cause, effect })
    }
  }

  /** Writes everything that changed: one statement a table, whatever the size of the batch. */
  async save(): Promise<void> {
    const changed = [...this.entries.values()].filter(({ before, now }) => before !== now)
    await writeShipments(this.tx, changed)
    await writePackages(this.tx, changed)
    await writeHistory(this.tx, this.history)
    await this.writeChoices()
    await this.writeCalls()
    for (const [entry, cause] of this.moved) this.minderSet(entry, cause)
    for (const { entry, cause, effect } of this.followUps) {
      if ('fact' in effect) publishFact(this.tx, entry.now, effect, cause)
      else this.ask(entry.now, effect, cause)
    }
  }

  private entryOf(about: About): Entry | undefined {
    const id = about.by === 'shipment' ? about.shipment : this.byFulfillment.get(about.fulfillment)
    return id && this.entries.get(id)
  }

  private noteMove(entry: Entry, from: string | null, to: string, cause: Cause): void {
    entry.moves += 1
    this.moved.set(entry, cause)
    this.history.push({ subject: entry.before.id, seq: entry.moves, from_status: from, to_status: to, at: this.tx.now.toISOString(), cause: causeText(cause) })
  }

  private ask(shipment: Shipment, ask: Ask, cause: Cause): void {
    switch (ask.ask) {
      case 'check':
        this.tx.schedule({ kind: 'shipment-check', subject: shipment.id, dueAt: ask.at, correlationId: shipment.order })
        return
      case 'no-check':
        this.tx.cancelTimer('shipment-check', shipment.id)
        return
      case 'label':
        this.tx.schedule({ kind: 'label-call', subject: shipment.id, dueAt: this.tx.now, correlationId: shipment.order })
        return
      case 'carrier-handover':
        this.tx.schedule({ kind: 'carrier-handover', subject: shipment.id, dueAt: this.tx.now, correlationId: shipment.order })
        return
      case 'task':
        this.tx.openTask({
          kind: ask.kind,
          subject: shipment.id,
          why: ask.why,
          owner: ownerOf[ask.kind],
          dueAt: new Date(this.tx.now.getTime() + ask.dueInMs),
          order: shipment.order,
          cause,
        })
        return
      case 'task-done':
        this.tx.closeTask(ask.kind, shipment.id, ask.resolution, cause)
        return
      case 'move':
      case 'keep-choice':
        return
      default:
        ask satisfies never
    }
  }

  /** The clock that asks a person to look when nothing moves; who was asked need not look any more. */
  private minderSet({ before, now }: Entry, cause: Cause): void {
    const until = restsUntil(now)
    if (until === null) this.tx.cancelTimer('shipment-rests', now.id)
    else this.tx.schedule({ kind: 'shipment-rests', subject: now.id, dueAt: until, correlationId: now.order })
    const wasLate = (restsUntil(before) ?? this.tx.now) < this.tx.now
    if (wasLate) this.tx.closeTask('shipment-rests', now.id, `it is ${now.status} now`, cause)
  }

  private async writeChoices(): Promise<void> {
    const rows = this.followUps.flatMap(({ entry, effect }) =>
      'ask' in effect && effect.ask === 'keep-choice'
        ? [
            {
              shipment: entry.now.id,
              stage: effect.stage,
              at: this.tx.now,
              preference: entry.now.journey?.preference ?? '',
              reason: effect.reason,
              weights: effect.choice.weights,
              candidates: effect.choice.candidates,
              ruled_out: effect.choice.ruledOut,
            },
          ]
        : [],
    )
    if (rows.length === 0) return
    await this.tx.query(
      'choices.keep',
      `insert into choices (shipment, stage, at, preference, reason, weights, candidates, ruled_out)
       select distinct on (shipment, stage) * from jsonb_to_recordset($1::jsonb) as r (shipment uuid, stage text, at timestamptz, preference text, reason text, weights jsonb, candidates jsonb, ruled_out jsonb)
       on conflict (shipment, stage) do update set at = excluded.at, reason = excluded.reason, weights = excluded.weights, candidates = excluded.candidates, ruled_out = excluded.ruled_out`,
      [JSON.stringify(rows)],
    )
  }

  /** The intents: what the carrier will be asked, before it is asked. */
  private async writeCalls(): Promise<void> {
    const rows = this.followUps.flatMap(({ entry: { now }, effect }) => {
      if (!('ask' in effect)) return []
      if (effect.ask === 'label') return [{ key: `label:${now.id}:${now.labelAttempt}`, shipment: now.id, kind: 'label', attempt: now.labelAttempt }]
      if (effect.ask === 'carrier-handover') return [{ key: `handover:${now.id}`, shipment: now.id, kind: 'carrier-handover', attempt: 1 }]
      return []
    })
    if (rows.length === 0) return
    await this.tx.query(
      'carrier_calls.intend',
      `insert into carrier_calls (key, shipment, kind, attempt, status, asked_at)
       select r.key, r.shipment, r.kind, r.attempt, 'intent', $2 from jsonb_to_recordset($1::jsonb) as r (key text, shipment uuid, kind text, attempt integer)`,
      [JSON.stringify(rows), this.tx.now],
    )
  }
}

interface Entry {
  readonly before: Shipment
  now: Shipment
  /** Rows of history so far. */
  moves: number
}

const ownerOf: Readonly<Record<TaskKind, string>> = {
  'shipment-data-missing': 'operator',
  'delivery-details-missing': 'agent',
  'packed-without-service': 'operator',
  'label-refused': 'agent',
  'left-without-label': 'operator',
  'carrier-handover-refused': 'operator',
  'carrier-silent': 'operator',
  'shipment-voided-late': 'operator',
  'delivery-exception': 'agent',
  'tracking-contradiction': 'agent',
  'shipment-rests': 'operator',
}

/** Makes the shipments nobody spoke of before; answers which, and because of what. */
async function makeMissing(tx: Tx, abouts: readonly { readonly about: About; readonly cause: Cause }[]): Promise<ReadonlyMap<string, Cause>> {
  const first = new Map<string, { readonly about: Extract<About, { by: 'fulfillment' }>; readonly cause: Cause }>()
  for (const { about, cause } of abouts) if (about.by === 'fulfillment' && !first.has(about.fulfillment)) first.set(about.fulfillment, { about, cause })
  if (first.size === 0) return new Map()
  // sorted, as every lock here is: two batches with the same fulfillments wait for each other instead of deadlocking
  const wanted = [...first.values()].sort((a, b) => (a.about.fulfillment < b.about.fulfillment ? -1 : 1))
  const shipments = wanted.map(({ about }) => expected(asId<ShipmentId>(newId()), about, tx.now))
  const rows = await tx.query<{ id: string; fulfillment: string }>(
    'shipments.make',
    `insert into shipments (id, fulfillment, order_id, location, status, since, created_at)
     select i.id, i.fulfillment, i.order_id, i.location, 'AWAITING_REQUEST', $5, $5
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as i (id, fulfillment, order_id, location)
     on conflict (fulfillment) do nothing returning id, fulfillment`,
    [shipments.map(({ id }) => id), shipments.map(({ fulfillment }) => fulfillment), shipments.map(({ order }) => order), shipments.map(({ location }) => location), tx.now],
  )
  return new Map(rows.flatMap(({ id, fulfillment }) => {
    const cause = first.get(fulfillment)?.cause
    return cause ? [[id, cause] as const] : []
  }))
}

const lockShipments = (tx: Tx, abouts: readonly About[]): Promise<ShipmentRow[]> =>
  tx.query<ShipmentRow>(
    'shipments.lock',
    `select ${shipmentColumns} from shipments s where s.fulfillment = any($1::uuid[]) or s.id = any($2::uuid[]) order by s.fulfillment for update`,
    [abouts.flatMap((about) => (about.by === 'fulfillment' ? [about.fulfillment] : [])), abouts.flatMap((about) => (about.by === 'shipment' ? [about.shipment] : []))],
  )

async function readPackages(tx: Tx, rows: readonly ShipmentRow[]): Promise<PackageRow[]> {
  if (rows.length === 0) return []
  return tx.query<PackageRow>('packages.of_shipments', `select ${packageColumns} from packages p where p.shipment = any($1::uuid[]) order by p.shipment, p.place`, [rows.map(({ id }) => id)])
}

/** What lies before the label needs the world; what is on its way does not. */
const isBeforeLabel = ({ status }: Shipment): boolean =>
  status === 'AWAITING_REQUEST' || status === 'AWAITING_DATA' || status === 'PLANNED' || status === 'AWAITING_DETAILS' || status === 'LABELLING'

async function readWorld(tx: Tx, shipments: readonly Shipment[], abouts: readonly About[], rules: ShippingRules): Promise<(shipment: Shipment) => World> {
  const open = shipments.filter(isBeforeLabel)
  if (open.length === 0) return () => ({ now: tx.now, products: new Map(), location: undefined, lane: undefined, factors: [], details: 'missing', rules })
  const needs = abouts.flatMap((about) => (about.by === 'fulfillment' && about.needs ? [{ ...about.needs, location: about.location }] : []))
  const productIds = [...new Set([...open.flatMap(({ lines }) => lines.flatMap(({ stocked }) => stocked.map(({ product }) => product))), ...needs.flatMap(({ products }) => products)])]
  const routes = [...open.map(({ location, journey }) => ({ location, country: journey?.country ?? '*' })), ...needs.map(({ location, country }) => ({ location, country }))]
  const products = new Map(
    (await tx.query<ProductRow>('products.by_id', 'select * from products where product = any($1::text[])', [productIds])).map((row) => [asId<ProductId>(row.product), toProduct(row)]),
  )
  const locations = new Map(
    (await tx.query<LocationRow>('locations.by_id', 'select * from locations where location = any($1::text[])', [[...new Set(routes.map(({ location }) => location))]])).map((row) => [row.location, toLocation(row)]),
  )
  const lanes = new Map(
    (
      await tx.query<LaneRow>(
        'lanes.of_routes',
        `select distinct l.location, l.country, l.version, l.currency, l.services from lanes l
         join unnest($1::text[], $2::text[]) as r (location, country) on l.location = r.location and l.country in (r.country, '*')
         where jsonb_array_length(l.services) > 0`,
        [routes.map(({ location }) => location), routes.map(({ country }) => country)],
      )
    ).map((row) => [`${row.location}:${row.country}`, toLane(row)]),
  )
  const factors = (await tx.query<FactorRow>('emission_factors.all', `select vehicle, to_char(valid_from, 'YYYY-MM-DD') as valid_from, kg_per_tonne_km from emission_factors`)).map(toFactor)
  const details = new Map(
    (await tx.query<{ order_id: OrderId; erased: boolean }>('delivery_details.known', 'select order_id, erased_at is not null as erased from delivery_details where order_id = any($1::uuid[])', [open.map(({ order }) => order)])).map(
      ({ order_id, erased }) => [order_id, erased ? ('erased' as const) : ('known' as const)],
    ),
  )
  // a shipment that is only being asked for learns its country from the news itself
  const asked = new Map(abouts.flatMap((about) => (about.by === 'fulfillment' && about.needs ? [[about.fulfillment, about.needs.country] as const] : [])))
  return (shipment) => {
    const country = shipment.journey?.country ?? asked.get(shipment.fulfillment) ?? ''
    return {
      now: tx.now,
      products,
      location: locations.get(shipment.location),
      lane: lanes.get(`${shipment.location}:${country}`) ?? lanes.get(`${shipment.location}:*`),
      factors,
      details: details.get(shipment.order) ?? 'missing',
      rules,
    }
  }
}

async function writeShipments(tx: Tx, changed: readonly Entry[]): Promise<void> {
  if (changed.length === 0) return
  const rows = changed.map(({ now, moves }) => ({
    id: now.id,
    status: now.status,
    since: now.since,
    moves,
    journey: now.journey,
    lines: now.lines,
    products: [...new Set(now.lines.flatMap(({ stocked }) => stocked.map(({ product }) => product)))],
    missing: now.missing,
    plan: now.plan,
    label_attempt: now.labelAttempt,
    label_refused: now.labelRefused,
    label_price_minor: now.labelPriceMinor,
    rejected: now.rejected,
    handed_over: now.handedOver,
    failed_units: now.failedUnits,
  }))
  await tx.query(
    'shipments.write',
    `update shipments s set status = r.status, since = r.since, moves = r.moves, journey = r.journey, lines = r.lines, products = array(select jsonb_array_elements_text(r.products)), missing = r.missing,
       plan = r.plan, label_attempt = r.label_attempt, label_refused = r.label_refused, label_price_minor = r.label_price_minor, rejected = r.rejected, handed_over = r.handed_over, failed_units = r.failed_units
     from jsonb_to_recordset($1::jsonb) as r (id uuid, status text, since timestamptz, moves integer, journey jsonb, lines jsonb, products jsonb, missing jsonb, plan jsonb,
       label_attempt integer, label_refused text, label_price_minor bigint, rejected text, handed_over jsonb, failed_units jsonb)
     where s.id = r.id`,
    [JSON.stringify(rows)],
  )
}

/** New packages are inserted plainly: an SSCC that another shipment has is an error of the floor that must be seen. */
async function writePackages(tx: Tx, changed: readonly Entry[]): Promise<void> {
  const moved = changed.filter(({ before, now }) => before.packages !== now.packages)
  const rowsOf = ({ now }: Entry) =>
    now.packages.map((each, place) => ({
      sscc: each.sscc,
      shipment: now.id,
      place: place + 1,
      carton: each.carton,
      length_mm: each.lengthMm,
      width_mm: each.widthMm,
      height_mm: each.heightMm,
      weight_grams: each.weightGrams,
      contents: each.contents,
      tracking_number: each.trackingNumber,
      state: each.state,
      state_at: each.stateAt,
    }))
  const sealed = moved.filter(({ before }) => before.packages.length === 0).flatMap(rowsOf)
  if (sealed.length > 0)
    await tx.query(
      'packages.insert',
      `insert into packages (sscc, shipment, place, carton, length_mm, width_mm, height_mm, weight_grams, contents, tracking_number, state, state_at)
       select * from jsonb_to_recordset($1::jsonb) as r (sscc text, shipment uuid, place integer, carton text, length_mm integer, width_mm integer, height_mm integer,
         weight_grams integer, contents jsonb, tracking_number text, state text, state_at timestamptz)`,
      [JSON.stringify(sealed)],
    )
  const followed = moved.filter(({ before }) => before.packages.length > 0).flatMap(rowsOf)
  if (followed.length > 0)
    await tx.query(
      'packages.follow',
      `update packages p set tracking_number = r.tracking_number, state = r.state, state_at = r.state_at
       from jsonb_to_recordset($1::jsonb) as r (sscc text, shipment uuid, tracking_number text, state text, state_at timestamptz) where p.sscc = r.sscc and p.shipment = r.shipment`,
      [JSON.stringify(followed)],
    )
}

async function writeHistory(tx: Tx, rows: readonly JsonObject[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    'shipment_history.append',
    `insert into shipment_history (subject, seq, from_status, to_status, at, cause)
     select * from jsonb_to_recordset($1::jsonb) as r (subject uuid, seq integer, from_status text, to_status text, at timestamptz, cause text)`,
    [JSON.stringify(rows)],
  )
}
