import type { MigrationInterface, QueryRunner } from 'typeorm'

/** First schema. Nothing older runs on it. */
export class Shipping0001 implements MigrationInterface {
  name = 'Shipping0001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table products (
        product text primary key,
        version integer not null,
        handling text[] not null,
        weight_grams integer not null check (weight_grams > 0),
        length_mm integer not null check (length_mm > 0),
        width_mm integer not null check (width_mm > 0),
        height_mm integer not null check (height_mm > 0),
        lithium boolean not null,
        ship_alone boolean not null
      );
      create table locations (
        location text primary key,
        version integer not null,
        name text not null,
        zone text not null,
        country text not null,
        postal_code text not null,
        city text not null,
        handling_days integer not null check (handling_days >= 0),
        calendar jsonb not null
      );
      -- one row a lane: its services are always read, scored and published together
      create table lanes (
        location text not null,
        country text not null check (country ~ '^([A-Z]{2}|[*])$'),
        version integer not null check (version > 0),
        currency text not null check (currency ~ '^[A-Z]{3}$'),
        services jsonb not null check (jsonb_typeof(services) = 'array'),
        primary key (location, country)
      );
      create table emission_factors (
        vehicle text not null,
        valid_from date not null,
        kg_per_tonne_km double precision not null check (kg_per_tonne_km >= 0),
        source text not null,
        primary key (vehicle, valid_from)
      );
      insert into emission_factors (vehicle, valid_from, kg_per_tonne_km, source) values
        ('air-short', '2020-01-01', 1.735, 'DEFRA, modeshiftcentre.org.uk'),
        ('air-long', '2020-01-01', 0.57, 'DEFRA, Hansard 2007'),
        ('van', '2020-01-01', 0.591, 'DEFRA, modeshiftcentre.org.uk'),
        ('truck', '2020-01-01', 0.126, 'DEFRA, modeshiftcentre.org.uk'),
        ('rail', '2020-01-01', 0.032, 'DEFRA, modeshiftcentre.org.uk'),
        ('container-ship', '2020-01-01', 0.0154, 'DEFRA, modeshiftcentre.org.uk'),
        ('ro-ro', '2020-01-01', 0.051, 'DEFRA, modeshiftcentre.org.uk');

      -- the only personal data of this service; after an erasure only the order's id and the date stay
      create table delivery_details (
        order_id uuid primary key,
        name text, phone text, street text, street2 text, postal_code text, city text, region text, country text,
        erased_at timestamptz,
        check (erased_at is null or (name is null and phone is null and street is null and street2 is null and postal_code is null and city is null and region is null)),
        check (erased_at is not null or (name is not null and street is not null and postal_code is not null and city is not null and country is not null))
      );

      create table shipments (
        id uuid primary key,
        fulfillment uuid not null unique,
        order_id uuid not null,
        location text not null,
        status text not null,
        since timestamptz not null,
        moves integer not null default 0,
        journey jsonb,
        lines jsonb not null default '[]',
        products text[] not null default '{}',
        missing jsonb not null default '[]',
        plan jsonb,
        label_attempt integer not null default 0 check (label_attempt >= 0),
        label_refused text,
        label_price_minor bigint,
        rejected text,
        handed_over jsonb,
        failed_units jsonb not null default '[]',
        created_at timestamptz not null,
        check (status in ('AWAITING_REQUEST', 'AWAITING_DATA', 'PLANNED', 'AWAITING_DETAILS', 'LABELLING', 'LABELLED', 'DISPATCHED', 'IN_TRANSIT', 'EXCEPTION',
                          'OUT_FOR_DELIVERY', 'DELIVERY_FAILED', 'DELIVERED', 'RETURNED', 'LOST', 'DAMAGED', 'REFUSED', 'VOIDED')),
        check (status in ('AWAITING_REQUEST', 'AWAITING_DATA', 'REFUSED', 'VOIDED') or plan is not null),
        check (status not in ('DISPATCHED', 'IN_TRANSIT', 'EXCEPTION', 'OUT_FOR_DELIVERY', 'DELIVERY_FAILED', 'DELIVERED') or handed_over is not null)
      );
      create index shipments_order on shipments (order_id);
      create index shipments_status on shipments (status, id);
      create index shipments_awaiting_data on shipments (location) where status = 'AWAITING_DATA';

      create table shipment_history (
        subject uuid not null,
        seq integer not null check (seq > 0),
        from_status text,
        to_status text not null,
        at timestamptz not null,
        cause text not null,
        primary key (subject, seq)
      );

      create table choices (
        shipment uuid not null,
        stage text not null check (stage in ('requested', 'packed')),
        at timestamptz not null,
        preference text not null,
        reason text not null,
        weights jsonb not null,
        candidates jsonb not null,
        ruled_out jsonb not null,
        primary key (shipment, stage)
      );

      create table packages (
        sscc text primary key check (sscc ~ '^[0-9]{18}$'),
        shipment uuid not null,
        place integer not null,
        carton text not null,
        length_mm integer not null check (length_mm > 0),
        width_mm integer not null check (width_mm > 0),
        height_mm integer not null check (height_mm > 0),
        weight_grams integer not null check (weight_grams > 0),
        contents jsonb not null,
        tracking_number text unique,
        state text not null,
        state_at timestamptz,
        unique (shipment, place),
        check (state = 'PACKED' or tracking_number is not null)
      );

      -- what was asked of carriers: written before the call, the key never changes
      create table carrier_calls (
        key text primary key,
        shipment uuid not null,
        kind text not null check (kind in ('label', 'carrier-handover')),
        attempt integer not null check (attempt > 0),
        status text not null check (status in ('intent', 'unknown', 'succeeded', 'refused')),
        tries integer not null default 0,
        detail text,
        asked_at timestamptz not null,
        answered_at timestamptz,
        unique (shipment, kind, attempt),
        check ((answered_at is null) = (status in ('intent', 'unknown')))
      );
      -- at most one call of a kind is open for a shipment, and at most one label is ever bought
      create unique index carrier_calls_open on carrier_calls (shipment, kind) where status in ('intent', 'unknown');
      create unique index carrier_calls_done on carrier_calls (shipment, kind) where status = 'succeeded';

      create table scans (
        id uuid primary key,
        connection text not null,
        webhook_id text not null,
        type text not null,
        carrier text,
        tracking_number text,
        status text,
        reason text,
        place text,
        at timestamptz,
        outcome text not null check (outcome in ('applied', 'parked', 'unclaimed', 'ignored', 'foreign')),
        shipment uuid,
        sscc text,
        received_at timestamptz not null,
        unique (connection, webhook_id),
        check ((outcome = 'applied') = (shipment is not null))
      );
      create index scans_shipment on scans (shipment, at) where shipment is not null;
      create index scans_parked on scans (tracking_number) where outcome = 'parked';
    `)
  }

  down(): Promise<void> {
    return Promise.reject(new Error('forward only'))
  }
}
