import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Bins, fulfillments, picking, packing, materials. First release: nothing runs before it. */
export class Warehouse0001 implements MigrationInterface {
  name = 'Warehouse0001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE products (
        product                text PRIMARY KEY,
        version                int NOT NULL,
        name                   text NOT NULL,
        gtin                   text,
        gtin14                 text,
        handling               text[] NOT NULL,
        handling_instruction   text NOT NULL,
        weight_grams           int NOT NULL CHECK (weight_grams > 0),
        length_mm              int NOT NULL CHECK (length_mm > 0),
        width_mm               int NOT NULL CHECK (width_mm > 0),
        height_mm              int NOT NULL CHECK (height_mm > 0),
        lot_tracked            boolean NOT NULL,
        minimum_remaining_days int NOT NULL CHECK (minimum_remaining_days >= 0),
        dangerous_group        text,
        food                   boolean NOT NULL,
        ship_alone             boolean NOT NULL
      );
      CREATE INDEX products_gtin ON products (gtin14) WHERE gtin14 IS NOT NULL;

      CREATE TABLE locations (
        location text PRIMARY KEY,
        version  int NOT NULL,
        name     text NOT NULL,
        zone     text NOT NULL,
        ships    boolean NOT NULL
      );

      CREATE TABLE bins (
        location      text NOT NULL,
        code          text NOT NULL,
        kind          text NOT NULL CHECK (kind IN ('pick', 'receiving', 'discrepancy', 'blocked')),
        aisle         text NOT NULL,
        bay           int NOT NULL,
        level         int NOT NULL,
        walk_position int NOT NULL,
        PRIMARY KEY (location, code)
      );
      CREATE INDEX bins_code ON bins (code);

      -- one row to lock before any bin content of a product at a location changes
      CREATE TABLE shelf_products (
        location text NOT NULL,
        product  text NOT NULL,
        PRIMARY KEY (location, product)
      );

      CREATE TABLE bin_content (
        location    text NOT NULL,
        product     text NOT NULL,
        bin         text NOT NULL,
        lot         text,
        expires_on  date,
        blocked     boolean NOT NULL,
        units       int NOT NULL,
        assigned    int NOT NULL,
        received_at timestamptz NOT NULL,
        UNIQUE NULLS NOT DISTINCT (location, product, bin, lot, expires_on, blocked),
        CHECK (units >= 0 OR bin = 'DISCREPANCY'),
        CHECK (assigned >= 0),
        CHECK (assigned <= units OR bin = 'DISCREPANCY' AND assigned = 0),
        CHECK (NOT blocked OR assigned = 0)
      ) WITH (fillfactor = 50);
      CREATE INDEX bin_content_bin ON bin_content (location, bin);

      CREATE TABLE bin_ledger (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at         timestamptz NOT NULL,
        location   text NOT NULL,
        product    text NOT NULL,
        bin        text NOT NULL,
        lot        text,
        expires_on date,
        blocked    boolean NOT NULL,
        units      int NOT NULL CHECK (units <> 0),
        kind       text NOT NULL CHECK (kind IN ('received', 'adjusted', 'blocked', 'unblocked', 'moved', 'picked', 'put-back', 'missing', 'written-off', 'damaged')),
        reference  text NOT NULL,
        cause      text NOT NULL
      );
      CREATE INDEX bin_ledger_product ON bin_ledger (location, product, id);

      CREATE TABLE fulfillments (
        id           uuid PRIMARY KEY,
        order_id     uuid NOT NULL,
        location     text NOT NULL,
        status       text NOT NULL,
        held_from    text CHECK (held_from IN ('PLANNED', 'LABELLED')),
        accepted     boolean NOT NULL,
        priority     int NOT NULL,
        requested_at timestamptz NOT NULL,
        status_since timestamptz NOT NULL,
        overdue      boolean NOT NULL DEFAULT false,
        packer       text,
        -- its stock is missing: the next wave to look again
        retry_at     timestamptz,
        CHECK ((status = 'ON_HOLD') = (held_from IS NOT NULL))
      ) WITH (fillfactor = 70);
      CREATE INDEX fulfillments_order ON fulfillments (order_id);
      CREATE INDEX fulfillments_list ON fulfillments (status, location, id);

      CREATE TABLE fulfillment_lines (
        fulfillment  uuid NOT NULL,
        line         int NOT NULL,
        unit_numbers jsonb NOT NULL,
        PRIMARY KEY (fulfillment, line)
      );
      CREATE TABLE stocked_lines (
        fulfillment  uuid NOT NULL,
        line         int NOT NULL,
        stocked_line text NOT NULL,
        product      text NOT NULL,
        location     text NOT NULL,
        units        int NOT NULL CHECK (units > 0),
        per_unit     int NOT NULL CHECK (per_unit > 0),
        dropped      int NOT NULL DEFAULT 0 CHECK (dropped >= 0),
        picked       int NOT NULL DEFAULT 0,
        packed       int NOT NULL DEFAULT 0,
        shipped      int NOT NULL DEFAULT 0 CHECK (shipped >= 0),
        PRIMARY KEY (fulfillment, stocked_line),
        CHECK (picked + dropped <= units),
        CHECK (packed <= picked),
        CHECK (shipped <= packed)
      ) WITH (fillfactor = 50);
      CREATE INDEX stocked_lines_in_hand ON stocked_lines (location, product) WHERE picked > shipped;

      CREATE TABLE fulfillment_history (
        subject     uuid NOT NULL,
        seq         int NOT NULL,
        from_status text,
        to_status   text NOT NULL,
        at          timestamptz NOT NULL,
        cause       text NOT NULL,
        PRIMARY KEY (subject, seq)
      );

      CREATE TABLE shipment_plans (
        fulfillment  uuid PRIMARY KEY,
        order_id     uuid NOT NULL,
        refused      boolean NOT NULL,
        ship_on      date,
        transit_days int NOT NULL,
        cut_off_at   timestamptz,
        service      text NOT NULL
      );
      CREATE TABLE order_holds (
        order_id uuid NOT NULL,
        hold     text NOT NULL,
        blocks   text[] NOT NULL,
        PRIMARY KEY (order_id, hold)
      );

      CREATE TABLE pick_lists (
        id         uuid PRIMARY KEY,
        wave       uuid NOT NULL,
        location   text NOT NULL,
        status     text NOT NULL CHECK (status IN ('OPEN', 'CLAIMED', 'DONE')),
        picker     text,
        started_at timestamptz NOT NULL,
        active_at  timestamptz,
        CHECK ((status = 'OPEN') = (picker IS NULL))
      );
      CREATE INDEX pick_lists_waiting ON pick_lists (location, id) WHERE status <> 'DONE';

      CREATE TABLE pick_tasks (
        id           uuid PRIMARY KEY,
        list         uuid,
        wave         uuid NOT NULL,
        fulfillment  uuid NOT NULL,
        line         int NOT NULL,
        stocked_line text NOT NULL,
        location     text NOT NULL,
        product      text NOT NULL,
        bin          text NOT NULL,
        lot          text,
        expires_on   date,
        units        int NOT NULL CHECK (units > 0),
        picked       int NOT NULL CHECK (picked >= 0),
        put_back     int NOT NULL CHECK (put_back >= 0),
        status       text NOT NULL,
        position     int NOT NULL,
        tote         int NOT NULL,
        CHECK (picked <= units),
        CHECK (put_back <= picked)
      ) WITH (fillfactor = 70);
      CREATE INDEX pick_tasks_list ON pick_tasks (list, position);
      CREATE INDEX pick_tasks_fulfillment ON pick_tasks (fulfillment);
      CREATE TABLE pick_task_history (
        subject     uuid NOT NULL,
        seq         int NOT NULL,
        from_status text,
        to_status   text NOT NULL,
        at          timestamptz NOT NULL,
        cause       text NOT NULL,
        PRIMARY KEY (subject, seq)
      );
      CREATE TABLE pick_scans (
        task    uuid NOT NULL,
        scan_id text NOT NULL,
        at      timestamptz NOT NULL,
        picker  text NOT NULL,
        units   int NOT NULL,
        answer  jsonb NOT NULL,
        PRIMARY KEY (task, scan_id)
      );
      CREATE TABLE picked_serials (
        product     text NOT NULL,
        serial      text NOT NULL,
        fulfillment uuid NOT NULL,
        task        uuid NOT NULL,
        PRIMARY KEY (product, serial)
      );
      CREATE TABLE mishandlings (
        id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at       timestamptz NOT NULL,
        location text NOT NULL,
        kind     text NOT NULL,
        product  text NOT NULL,
        bin      text NOT NULL,
        picker   text NOT NULL,
        task     uuid NOT NULL,
        units    int NOT NULL,
        expected jsonb NOT NULL,
        scanned  jsonb NOT NULL,
        cause    text NOT NULL
      );
      CREATE INDEX mishandlings_at ON mishandlings (at);

      CREATE TABLE packages (
        id              uuid PRIMARY KEY,
        fulfillment     uuid NOT NULL,
        number          int NOT NULL,
        status          text NOT NULL,
        carton          text NOT NULL,
        length_mm       int NOT NULL,
        width_mm        int NOT NULL,
        height_mm       int NOT NULL,
        expected_grams  int NOT NULL,
        lightest_grams  int NOT NULL,
        weight_grams    int CHECK (weight_grams > 0),
        sscc            text UNIQUE CHECK (sscc ~ '^[0-9]{18}$'),
        tracking_number text,
        materials       jsonb NOT NULL,
        instructions    jsonb NOT NULL,
        materials_taken boolean NOT NULL,
        UNIQUE (fulfillment, number),
        CHECK (status IN ('OPEN', 'SEALED', 'CANCELLED') OR weight_grams IS NOT NULL AND sscc IS NOT NULL),
        CHECK (status IN ('OPEN', 'CANCELLED') OR materials_taken)
      ) WITH (fillfactor = 70);
      CREATE TABLE package_contents (
        package      uuid NOT NULL,
        line         int NOT NULL,
        stocked_line text NOT NULL,
        product      text NOT NULL,
        lot          text,
        expires_on   date,
        units        int NOT NULL CHECK (units > 0),
        packed       int NOT NULL CHECK (packed >= 0),
        UNIQUE NULLS NOT DISTINCT (package, stocked_line, lot, expires_on),
        CHECK (packed <= units)
      ) WITH (fillfactor = 70);
      CREATE TABLE package_history (
        subject     uuid NOT NULL,
        seq         int NOT NULL,
        from_status text,
        to_status   text NOT NULL,
        at          timestamptz NOT NULL,
        cause       text NOT NULL,
        PRIMARY KEY (subject, seq)
      );
      CREATE TABLE pack_scans (
        package uuid NOT NULL,
        scan_id text NOT NULL,
        at      timestamptz NOT NULL,
        packer  text NOT NULL,
        answer  jsonb NOT NULL,
        PRIMARY KEY (package, scan_id)
      );
      CREATE SEQUENCE sscc_serials MINVALUE 0 START 1 CACHE 10;

      CREATE TABLE materials (
        material       text PRIMARY KEY,
        name           text NOT NULL,
        kind           text NOT NULL,
        grams_per_unit int NOT NULL CHECK (grams_per_unit >= 0),
        box            jsonb
      );
      CREATE TABLE material_stock (
        location text NOT NULL,
        material text NOT NULL,
        units    int NOT NULL CHECK (units >= 0),
        PRIMARY KEY (location, material)
      ) WITH (fillfactor = 50);
      CREATE TABLE material_ledger (
        id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at        timestamptz NOT NULL,
        location  text NOT NULL,
        material  text NOT NULL,
        units     int NOT NULL CHECK (units <> 0),
        kind      text NOT NULL CHECK (kind IN ('received', 'used')),
        reference text NOT NULL,
        cause     text NOT NULL
      );
      CREATE UNIQUE INDEX material_receipts ON material_ledger (location, material, reference) WHERE kind = 'received';
      CREATE TABLE material_rules (
        handling    text NOT NULL,
        position    int NOT NULL,
        rule        jsonb NOT NULL,
        instruction text NOT NULL,
        PRIMARY KEY (handling, position)
      );

      -- what inventory's on hand is compared with: lying in bins, and picked but not yet handed over
      CREATE VIEW stock_in_house AS
        SELECT location, product, sum(in_bins)::bigint AS in_bins, sum(in_hand)::bigint AS in_hand, sum(in_bins + in_hand)::bigint AS units
        FROM (
          SELECT location, product, units AS in_bins, 0 AS in_hand FROM bin_content
          UNION ALL
          SELECT location, product, 0, picked - shipped FROM stocked_lines WHERE picked > shipped
        ) AS held
        GROUP BY location, product;
    `)
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations only go forward'))
  }
}
