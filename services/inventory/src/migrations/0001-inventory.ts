import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The first schema: nothing ran on it before. */
export class Inventory0001 implements MigrationInterface {
  readonly name = 'Inventory0001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(places)
    await runner.query(stock)
    await runner.query(needs)
    await runner.query(audit)
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations only go forward'))
  }
}

const places = `
  create table location (
    location text primary key,
    version integer not null,
    name text not null,
    zone text not null,
    country text not null,
    postal_code text not null,
    city text not null,
    street text,
    ships boolean not null,
    handling jsonb not null,
    handling_days integer not null check (handling_days >= 0),
    calendar jsonb not null,
    updated_at timestamptz not null
  );
  create table product (
    product text primary key,
    version integer not null,
    handling jsonb not null,
    lot_tracked boolean not null,
    active boolean not null
  );
  create table lane (
    location text not null,
    country text not null,
    version integer not null,
    services jsonb not null,
    primary key (location, country)
  );
`

// one row of stock_gate per product is what every change of its stock locks first: a product's first receipt and its
// first order would otherwise not see each other, because neither has a row of stock_level to lock yet
const stock = `
  create table stock_gate (product text primary key) with (fillfactor = 50);
  create table stock_level (
    product text not null,
    location text not null,
    on_hand integer not null check (on_hand >= 0),
    blocked integer not null check (blocked >= 0),
    reserved integer not null check (reserved >= 0),
    safety integer not null default 0 check (safety >= 0),
    primary key (product, location),
    constraint stock_level_no_oversell check (reserved <= on_hand - blocked)
  ) with (fillfactor = 50);
  create table stock_lot (
    product text not null,
    location text not null,
    lot text not null,
    expires_on date,
    on_hand integer not null check (on_hand >= 0),
    blocked integer not null check (blocked >= 0 and blocked <= on_hand),
    primary key (product, location, lot)
  ) with (fillfactor = 70);
  comment on column stock_lot.lot is 'empty: units without a lot';
  create table stock_movement (
    id bigint generated always as identity primary key,
    product text not null,
    location text not null,
    lot text not null,
    from_account text not null check (from_account in ('supplier', 'on-hand', 'blocked', 'in-transit', 'shipped', 'adjusted', 'scrapped')),
    to_account text not null check (to_account in ('supplier', 'on-hand', 'blocked', 'in-transit', 'shipped', 'adjusted', 'scrapped')),
    units integer not null check (units > 0),
    reason text not null,
    cause text not null,
    at timestamptz not null,
    check (from_account <> to_account)
  );
  create index stock_movement_level on stock_movement (product, location, id);
  create table stock_count_imported (
    product text not null,
    location text not null,
    lot text not null,
    bin text not null,
    units integer not null check (units >= 0),
    imported_at timestamptz not null,
    primary key (product, location, lot, bin)
  );
  create table supply (
    id uuid primary key,
    code text not null,
    product text not null,
    location text not null,
    units integer not null check (units >= 0),
    received integer not null check (received >= 0),
    available_on date not null,
    announced_at timestamptz not null,
    unique (code, product, location)
  );
  create index supply_outstanding on supply (product) where units > received;
`

const needs = `
  create table reservation_order (
    order_id uuid primary key,
    phase text not null check (phase in ('WAITING', 'HELD', 'FIRM', 'REFUSED', 'CLOSED')),
    channel text not null,
    country text not null,
    forbidden_modes jsonb not null,
    priority integer not null,
    placed_at timestamptz not null,
    received_at timestamptz not null,
    plan_refusals integer not null default 0
  ) with (fillfactor = 80);
  create table need_line (
    order_id uuid not null,
    line integer not null,
    stocked_line text not null,
    product text not null,
    units integer not null check (units > 0),
    per_parent integer not null check (per_parent > 0),
    bundled boolean not null,
    undecided integer not null check (undecided >= 0),
    reserved integer not null check (reserved >= 0),
    backordered integer not null check (backordered >= 0),
    consumed integer not null check (consumed >= 0),
    dropped integer not null check (dropped >= 0),
    grants integer not null,
    avoid jsonb not null,
    promised_on date,
    supply text,
    backordered_at timestamptz,
    primary key (order_id, stocked_line),
    constraint need_line_sum check (units = undecided + reserved + backordered + consumed + dropped)
  ) with (fillfactor = 70);
  create index need_line_queue on need_line (product) where backordered > 0;
  create index need_line_open_bundle on need_line (product) where bundled and (backordered > 0 or reserved > 0);
  create table reservation (
    order_id uuid not null,
    line integer not null,
    stocked_line text not null,
    grant_number integer not null,
    product text not null,
    location text not null,
    units integer not null check (units > 0),
    consumed integer not null check (consumed >= 0),
    released integer not null check (released >= 0),
    status text not null check (status in ('HELD', 'FIRM', 'CONSUMED', 'RELEASED')),
    granted_at timestamptz not null,
    primary key (order_id, stocked_line, grant_number),
    constraint reservation_sum check (consumed + released <= units),
    constraint reservation_open check ((status in ('HELD', 'FIRM')) = (consumed + released < units))
  ) with (fillfactor = 70);
  create index reservation_open_at on reservation (product, location) where status in ('HELD', 'FIRM');
  create table fulfillment_need (
    fulfillment uuid primary key,
    order_id uuid not null,
    location text not null,
    status text not null check (status in ('REQUESTED', 'REJECTED', 'PLAN_REFUSED', 'HANDED_OVER'))
  );
  create index fulfillment_need_order on fulfillment_need (order_id);
  create table fulfillment_share (
    fulfillment uuid not null,
    order_id uuid not null,
    location text not null,
    stocked_line text not null,
    units integer not null check (units >= 0),
    consumed integer not null check (consumed >= 0),
    dropped integer not null check (dropped >= 0),
    displaced integer not null check (displaced >= 0),
    primary key (fulfillment, stocked_line)
  ) with (fillfactor = 70);
  create index fulfillment_share_order on fulfillment_share (order_id);
`

const audit = `
  create table reservation_order_history (
    seq bigint generated always as identity primary key,
    subject text not null,
    from_status text,
    to_status text not null,
    at timestamptz not null,
    cause text not null
  );
  create table reservation_history (
    seq bigint generated always as identity primary key,
    subject text not null,
    from_status text,
    to_status text not null,
    at timestamptz not null,
    cause text not null
  );
  create view stock_ledger_entry as
    select id, product, location, lot, from_account as account, -units as units, at from stock_movement
    union all
    select id, product, location, lot, to_account, units, at from stock_movement;
  create view stock_rebuilt as
    select product, location,
      coalesce(sum(units) filter (where account in ('on-hand', 'blocked')), 0)::bigint as on_hand,
      coalesce(sum(units) filter (where account = 'blocked'), 0)::bigint as blocked
    from stock_ledger_entry group by product, location;
  create view reserved_rebuilt as
    select product, location, sum(units - consumed - released)::bigint as reserved
    from reservation where status in ('HELD', 'FIRM') group by product, location;
  create view stock_drift as
    select product, location,
      l.on_hand, coalesce(b.on_hand, 0) as rebuilt_on_hand,
      l.blocked, coalesce(b.blocked, 0) as rebuilt_blocked,
      l.reserved, coalesce(r.reserved, 0) as rebuilt_reserved
    from stock_level l
    full join stock_rebuilt b using (product, location)
    full join reserved_rebuilt r using (product, location)
    where coalesce(l.on_hand, 0) <> coalesce(b.on_hand, 0)
       or coalesce(l.blocked, 0) <> coalesce(b.blocked, 0)
       or coalesce(l.reserved, 0) <> coalesce(r.reserved, 0);
  create view lot_drift as
    select product, location, lot, l.on_hand, coalesce(b.on_hand, 0) as rebuilt_on_hand, l.blocked, coalesce(b.blocked, 0) as rebuilt_blocked
    from stock_lot l
    full join (
      select product, location, lot,
        coalesce(sum(units) filter (where account in ('on-hand', 'blocked')), 0)::bigint as on_hand,
        coalesce(sum(units) filter (where account = 'blocked'), 0)::bigint as blocked
      from stock_ledger_entry group by product, location, lot) b using (product, location, lot)
    where coalesce(l.on_hand, 0) <> coalesce(b.on_hand, 0) or coalesce(l.blocked, 0) <> coalesce(b.blocked, 0);
  create view need_drift as
    select n.order_id, n.stocked_line, n.reserved, coalesce(sum(r.units - r.consumed - r.released), 0)::bigint as rebuilt_reserved,
      n.undecided, o.phase
    from need_line n
    join reservation_order o using (order_id)
    left join reservation r on r.order_id = n.order_id and r.stocked_line = n.stocked_line
    group by n.order_id, n.stocked_line, n.reserved, n.undecided, o.phase
    having n.reserved <> coalesce(sum(r.units - r.consumed - r.released), 0)
        or (n.undecided > 0 and o.phase <> 'WAITING')
        or (n.reserved > 0 and o.phase in ('REFUSED', 'CLOSED'));
`
