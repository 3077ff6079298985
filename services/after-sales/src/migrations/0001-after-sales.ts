import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Orders in care, returns, feedback, policies. First release: nothing runs before it. */
export class AfterSales0001 implements MigrationInterface {
  name = 'AfterSales0001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE order_care (
        order_id  uuid PRIMARY KEY,
        placed    jsonb,
        shipments jsonb NOT NULL DEFAULT '[]',
        packages  jsonb NOT NULL DEFAULT '[]'
      ) WITH (fillfactor = 70);
      CREATE TABLE return_case (
        return_id       uuid PRIMARY KEY,
        order_id        uuid NOT NULL,
        status          text NOT NULL CHECK (status IN ('requested','approved','rejected','received','inspected','dispositioned','settled','expired')),
        by              text NOT NULL CHECK (by IN ('customer','agent')),
        policy          text NOT NULL,
        rule            text,
        location        text NOT NULL,
        send_back_until date,
        refund_shipping boolean NOT NULL,
        refunded_minor  bigint CHECK (refunded_minor >= 0),
        lines           jsonb NOT NULL,
        requested_at    timestamptz NOT NULL,
        CHECK ((status = 'rejected') = (rule IS NOT NULL)),
        CHECK (status <> 'settled' OR refunded_minor IS NOT NULL)
      ) WITH (fillfactor = 80);
      CREATE INDEX return_case_order ON return_case (order_id);
      CREATE TABLE return_history (
        subject     uuid NOT NULL,
        seq         int NOT NULL,
        from_status text,
        to_status   text NOT NULL,
        at          timestamptz NOT NULL,
        cause       text NOT NULL,
        PRIMARY KEY (subject, seq)
      );
      -- each unit of a line is claimed by one return at most
      CREATE TABLE returned_unit (
        order_id    uuid NOT NULL,
        line        int NOT NULL,
        unit_number int NOT NULL,
        return_id   uuid NOT NULL,
        PRIMARY KEY (order_id, line, unit_number)
      );
      CREATE TABLE feedback (
        feedback_id  uuid PRIMARY KEY,
        order_id     uuid NOT NULL,
        shipment_id  uuid NOT NULL UNIQUE,
        status       text NOT NULL CHECK (status IN ('requested','received','closed')),
        answer_until timestamptz NOT NULL,
        carrier      text NOT NULL,
        products     text[] NOT NULL,
        packages     text[] NOT NULL,
        csat         smallint CHECK (csat BETWEEN 1 AND 5),
        nps          smallint CHECK (nps BETWEEN 0 AND 10),
        causes       text[],
        words        text,
        answered_at  timestamptz,
        CHECK ((status = 'received') = (csat IS NOT NULL))
      );
      CREATE INDEX feedback_order ON feedback (order_id);
      CREATE INDEX feedback_products ON feedback USING gin (products);
      CREATE INDEX feedback_packages ON feedback USING gin (packages);
      CREATE TABLE return_policy (
        policy          text NOT NULL,
        version         int NOT NULL CHECK (version > 0),
        scope           text NOT NULL CHECK (scope IN ('product','category','brand','channel','all')),
        scope_value     text NOT NULL,
        valid_from      date NOT NULL,
        valid_to        date CHECK (valid_to >= valid_from),
        window_days     int NOT NULL CHECK (window_days BETWEEN 0 AND 3650),
        excluded        boolean NOT NULL,
        auto_approve    boolean NOT NULL,
        refund_shipping boolean NOT NULL,
        fees            jsonb NOT NULL,
        PRIMARY KEY (policy, version),
        CHECK ((scope = 'all') = (scope_value = ''))
      );
      CREATE TABLE location_mirror (
        location text PRIMARY KEY,
        version  int NOT NULL,
        zone     text NOT NULL
      );
    `)
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.')
  }
}
