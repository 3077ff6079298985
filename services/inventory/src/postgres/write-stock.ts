import { crashPoint, type Cause } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { Grant, NeedLine, OrderNeed, FulfillmentNeed, Share } from '../stock/order-need.js'
import { groupKey, type Transition } from '../stock/order-needs.js'
import type { StockBook } from '../stock/stock-book.js'

/** Names a cause in the ledger and in histories. */
function causeName(cause: Cause): string {
  switch (cause.kind) {
    case 'event':
      return `event:${cause.eventId}`
    case 'request':
      return `request:${cause.client}:${cause.key}`
    case 'timer':
      return `timer:${cause.timer}:${cause.subject}`
    default:
      throw new TypeError(`Unknown cause ${String(cause satisfies never)}`)
  }
}

/** Writes what a decision changed: one statement a table, whatever the number of orders. */
export async function writeStock(tx: Tx, book: StockBook): Promise<void> {
  const { orders, lines, grants, fulfillments, shares } = book.needs.changes()
  await writeOrders(tx, orders)
  await writeLines(tx, lines)
  if (lines.length > 0) crashPoint('C25-between-lines')
  await writeGrants(tx, grants)
  await writeFulfillments(tx, fulfillments)
  await writeShares(tx, shares)
  await writeLevels(tx, book)
  await writeLots(tx, book)
  await writeMovements(tx, book)
  await writeSupplies(tx, book)
  await writeImported(tx, book)
  await writeHistory(tx, book.needs.transitions, book.now)
}

async function writeOrders(tx: Tx, rows: readonly OrderNeed[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    'inventory.order.write',
    `insert into reservation_order (order_id, phase, channel, country, forbidden_modes, priority, placed_at, received_at, plan_refusals)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::int[], $7::timestamptz[], $8::timestamptz[], $9::int[])
     on conflict (order_id) do update set phase = excluded.phase, plan_refusals = excluded.plan_refusals`,
    [
      rows.map((row) => row.order),
      rows.map((row) => row.phase),
      rows.map((row) => row.channel),
      rows.map((row) => row.country),
      rows.map((row) => JSON.stringify(row.forbiddenModes)),
      rows.map((row) => row.priority),
      rows.map((row) => row.placedAt),
      rows.map((row) => row.receivedAt),
      rows.map((row) => row.planRefusals),
    ],
  )
}

async function writeLines(tx: Tx, rows: readonly NeedLine[]): Promise<void> {
  if (rows.length === 0) return
  const stockedLines = new Map<string, number>()
  for (const row of rows) stockedLines.set(groupKey(row), (stockedLines.get(groupKey(row)) ?? 0) + 1)
  await tx.query(
    'inventory.line.write',
    `insert into need_line (order_id, line, stocked_line, product, units, per_parent, bundled, undecided, reserved, backordered, consumed,
       dropped, grants, avoid, promised_on, supply, backordered_at)
     select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::int[], $6::int[], $7::bool[], $8::int[], $9::int[], $10::int[], $11::int[],
       $12::int[], $13::int[], $14::jsonb[], $15::date[], $16::text[], $17::timestamptz[])
     on conflict (order_id, stocked_line) do update set undecided = excluded.undecided, reserved = excluded.reserved,
       backordered = excluded.backordered, consumed = excluded.consumed, dropped = excluded.dropped, grants = excluded.grants,
       avoid = excluded.avoid, promised_on = excluded.promised_on, supply = excluded.supply, backordered_at = excluded.backordered_at`,
    [
      rows.map((row) => row.order),
      rows.map((row) => row.line),
      rows.map((row) => row.stockedLine),
      rows.map((row) => row.product),
      rows.map((row) => row.units),
      rows.map((row) => row.perParent),
      // right at the first write, when all lines of the order are here; never changed after it
      rows.map((row) => (stockedLines.get(groupKey(row)) ?? 0) > 1),
      rows.map((row) => row.undecided),
      rows.map((row) => row.reserved),
      rows.map((row) => row.backordered),
      rows.map((row) => row.consumed),
      rows.map((row) => row.dropped),
      rows.map((row) => row.grants),
      rows.map((row) => JSON.stringify(row.avoid)),
      rows.map((row) => row.promisedOn),
      rows.map((row) => row.supply),
      rows.map((row) => row.backorderedAt),
    ],
  )
}

async function writeGrants(tx: Tx, rows: readonly Grant[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    'inventory.grant.write',
    `insert into reservation (order_id, line, stocked_line, grant_number, product, location, units, consumed, released, status, granted_at)
     select * from unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::text[], $6::text[], $7::int[], $8::int[], $9::int[], $10::text[], $11::timestamptz[])
     on conflict (order_id, stocked_line, grant_number) do update set consumed = excluded.consumed, released = excluded.released, status = excluded.status`,
    [
      rows.map((row) => row.order),
      rows.map((row) => row.line),
      rows.map((row) => row.stockedLine),
      rows.map((row) => row.grant),
      rows.map((row) => row.product),
      rows.map((row) => row.location),
      rows.map((row) => row.units),
      rows.map((row) => row.consumed),
      rows.map((row) => row.released),
      rows.map((row) => row.status),
      rows.map((row) => row.grantedAt),
    ],
  )
}

async function writeFulfillments(tx: Tx, rows: readonly FulfillmentNeed[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    'inventory.fulfillment.write',
    `insert into fulfillment_need (fulfillment, order_id, location, status)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
     on conflict (fulfillment) do update set status = excluded.status`,
    [rows.map((row) => row.fulfillment), rows.map((row) => row.order), rows.map((row) => row.location), rows.map((row) => row.status)],
  )
}

async function writeShares(tx: Tx, rows: readonly Share[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    'inventory.share.write',
    `insert into fulfillment_share (fulfillment, order_id, location, stocked_line, units, consumed, dropped, displaced)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::int[])
     on conflict (fulfillment, stocked_line) do update set units = excluded.units, consumed = excluded.consumed, dropped = excluded.dropped, displaced = excluded.displaced`,
    [
      rows.map((row) => row.fulfillment),
      rows.map((row) => row.order),
      rows.map((row) => row.location),
      rows.map((row) => row.stockedLine),
      rows.map((row) => row.units),
      rows.map((row) => row.consumed),
      rows.map((row) => row.dropped),
      rows.map((row) => row.displaced),
    ],
  )
}

/** Absolute values: the rows are locked since they were read. */
async function writeLevels(tx: Tx, book: StockBook): Promise<void> {
  const rows = book.counts.levelsChanged()
  if (rows.length === 0) return
  await tx.query(
    'inventory.level.write',
    `insert into stock_level (product, location, on_hand, blocked, reserved, safety)
     select * from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[])
     on conflict (product, location) do update set on_hand = excluded.on_hand, blocked = excluded.blocked, reserved = excluded.reserved`,
    [
      rows.map((row) => row.product),
      rows.map((row) => row.location),
      rows.map((row) => row.onHand),
      rows.map((row) => row.blocked),
      rows.map((row) => row.reserved),
      rows.map((row) => row.safety),
    ],
  )
}

async function writeLots(tx: Tx, book: StockBook): Promise<void> {
  const rows = book.counts.lotsChanged()
  if (rows.length === 0) return
  await tx.query(
    'inventory.lot.write',
    `insert into stock_lot (product, location, lot, expires_on, on_hand, blocked)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::int[], $6::int[])
     on conflict (product, location, lot) do update set on_hand = excluded.on_hand, blocked = excluded.blocked,
       expires_on = coalesce(excluded.expires_on, stock_lot.expires_on)`,
    [
      rows.map((row) => row.product),
      rows.map((row) => row.location),
      rows.map((row) => row.lot ?? ''),
      rows.map((row) => row.expiresOn),
      rows.map((row) => row.onHand),
      rows.map((row) => row.blocked),
    ],
  )
}

async function writeMovements(tx: Tx, book: StockBook): Promise<void> {
  const rows = book.counts.movements
  if (rows.length === 0) return
  await tx.query(
    'inventory.movement.write',
    `insert into stock_movement (product, location, lot, from_account, to_account, units, reason, cause, at)
     select product, location, lot, from_account, to_account, units, reason, cause, $9::timestamptz
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[])
       as t (product, location, lot, from_account, to_account, units, reason, cause)`,
    [
      rows.map((row) => row.product),
      rows.map((row) => row.location),
      rows.map((row) => row.lot ?? ''),
      rows.map((row) => row.from),
      rows.map((row) => row.to),
      rows.map((row) => row.units),
      rows.map((row) => row.reason),
      rows.map((row) => causeName(row.cause)),
      book.now,
    ],
  )
}

async function writeSupplies(tx: Tx, book: StockBook): Promise<void> {
  const rows = book.suppliesChanged()
  if (rows.length === 0) return
  await tx.query(
    'inventory.supply.write',
    `insert into supply (id, code, product, location, units, received, available_on, announced_at)
     select id, code, product, location, units, received, available_on, $8::timestamptz
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::date[])
       as t (id, code, product, location, units, received, available_on)
     on conflict (id) do update set units = excluded.units, received = excluded.received, available_on = excluded.available_on`,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.code),
      rows.map((row) => row.product),
      rows.map((row) => row.location),
      rows.map((row) => row.units),
      rows.map((row) => row.received),
      rows.map((row) => row.availableOn),
      book.now,
    ],
  )
}

async function writeImported(tx: Tx, book: StockBook): Promise<void> {
  if (book.imported.size === 0) return
  await tx.query(
    'inventory.imported.write',
    `insert into stock_count_imported (product, location, lot, bin, units, imported_at)
     select key::jsonb ->> 0, key::jsonb ->> 1, key::jsonb ->> 2, key::jsonb ->> 3, units, $3::timestamptz
     from unnest($1::text[], $2::int[]) as t (key, units)
     on conflict (product, location, lot, bin) do update set units = excluded.units, imported_at = excluded.imported_at
     where stock_count_imported.units <> excluded.units`,
    [[...book.imported.keys()], [...book.imported.values()], book.now],
  )
}

async function writeHistory(tx: Tx, transitions: readonly Transition[], now: Date): Promise<void> {
  const write = async (table: 'reservation_order_history' | 'reservation_history', rows: readonly Transition[], subject: (row: Transition) => string) => {
    if (rows.length === 0) return
    await tx.query(
      `inventory.${table}.write`,
      `insert into ${table} (subject, from_status, to_status, at, cause)
       select subject, from_status, to_status, $5::timestamptz, cause
       from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as t (subject, from_status, to_status, cause)`,
      [rows.map(subject), rows.map(({ from }) => from), rows.map(({ to }) => to), rows.map(({ cause }) => causeName(cause)), now],
    )
  }
  await write('reservation_order_history', transitions.filter((each) => each.of === 'order'), ({ order }) => order)
  await write('reservation_history', transitions.filter((each) => each.of === 'reservation'), (each) =>
    each.of === 'reservation' ? `${each.order}/${each.stockedLine}/${each.grant}` : each.order,
  )
}
