import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Orders with their process, payments, delivery details, and what is known of locations and lanes. The release before can run on it: only new tables. */
export class Orders0002 implements MigrationInterface {
  name = 'Orders0002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE orders (
        id uuid PRIMARY KEY,
        channel text NOT NULL,
        reference text NOT NULL,
        content_hash text NOT NULL,
        brand text,
        placed_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        country text NOT NULL,
        region text,
        postal_prefix text NOT NULL,
        preference text NOT NULL CHECK (preference IN ('economy', 'standard', 'express', 'green')),
        forbidden_modes text[] NOT NULL,
        priority integer NOT NULL CHECK (priority BETWEEN 0 AND 9),
        stocked_lines jsonb NOT NULL,
        totals jsonb NOT NULL,
        total_minor bigint NOT NULL CHECK (total_minor >= 0),
        status text NOT NULL CHECK (status IN ('PLACED', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'EXPIRED')),
        changed_at timestamptz NOT NULL,
        process jsonb NOT NULL,
        UNIQUE (channel, reference)
      ) WITH (fillfactor = 70);

      -- quantities are the truth of a line: G21
      CREATE TABLE order_lines (
        order_id uuid NOT NULL,
        line integer NOT NULL CHECK (line >= 1),
        product text NOT NULL,
        description text NOT NULL,
        category text,
        -- frozen per unit, run by run: [[units, net, tax, discount, shipping, shipping tax], ...] in minor units
        money jsonb NOT NULL,
        ordered integer NOT NULL CHECK (ordered >= 1),
        cancelled integer NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
        unanswered integer NOT NULL CHECK (unanswered >= 0),
        backordered integer NOT NULL DEFAULT 0 CHECK (backordered >= 0),
        reserved integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
        in_fulfillment integer NOT NULL DEFAULT 0 CHECK (in_fulfillment >= 0),
        shipped integer NOT NULL DEFAULT 0 CHECK (shipped >= 0),
        delivered integer NOT NULL DEFAULT 0 CHECK (delivered >= 0),
        lost integer NOT NULL DEFAULT 0 CHECK (lost >= 0),
        returned_to_sender integer NOT NULL DEFAULT 0 CHECK (returned_to_sender >= 0),
        PRIMARY KEY (order_id, line),
        CHECK (ordered = cancelled + unanswered + backordered + reserved + in_fulfillment + shipped),
        CHECK (shipped >= delivered + lost + returned_to_sender)
      ) WITH (fillfactor = 70);

      CREATE TABLE order_history (
        subject uuid NOT NULL,
        seq integer NOT NULL,
        from_status text,
        to_status text NOT NULL,
        at timestamptz NOT NULL,
        cause text NOT NULL,
        PRIMARY KEY (subject, seq)
      );

      -- every promise ever told, with its reason; the first of a unit is what was sold
      CREATE TABLE promise_history (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        line integer NOT NULL,
        units integer NOT NULL CHECK (units >= 1),
        old_from date,
        old_to date,
        new_from date,
        new_to date,
        available_on date,
        reason text NOT NULL,
        at timestamptz NOT NULL
      );
      CREATE INDEX promise_history_order ON promise_history (order_id);

      -- personal data of customers stands here and nowhere else in this database; erased: the row stays, empty
      CREATE TABLE delivery_details (
        order_id uuid PRIMARY KEY,
        channel text NOT NULL,
        reference text NOT NULL,
        customer_name text,
        email text,
        phone text,
        language text,
        recipient text,
        street text,
        street2 text,
        postal_code text,
        city text,
        region text,
        country text NOT NULL,
        erased_at timestamptz,
        CHECK (erased_at IS NULL OR (customer_name IS NULL AND email IS NULL AND phone IS NULL AND recipient IS NULL AND street IS NULL AND street2 IS NULL AND postal_code IS NULL AND city IS NULL))
      );
      CREATE INDEX delivery_details_email ON delivery_details (lower(email), order_id);
      CREATE INDEX delivery_details_name ON delivery_details (lower(customer_name), order_id);

      -- G8: 0 <= refunded <= captured <= authorized
      CREATE TABLE payments (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('provider', 'channel')),
        status text NOT NULL CHECK (status IN ('CREATED', 'REQUIRES_ACTION', 'AUTHORIZED', 'PARTIALLY_CAPTURED', 'AUTHORIZATION_EXPIRED', 'CAPTURED', 'VOIDED', 'DECLINED')),
        currency text NOT NULL,
        due_minor bigint NOT NULL CHECK (due_minor >= 0),
        authorized_minor bigint NOT NULL,
        captured_minor bigint NOT NULL,
        refunded_minor bigint NOT NULL,
        token text,
        authorizations jsonb NOT NULL,
        refunded_units jsonb NOT NULL,
        steps integer NOT NULL,
        CHECK (0 <= refunded_minor AND refunded_minor <= captured_minor AND captured_minor <= authorized_minor)
      ) WITH (fillfactor = 70);

      CREATE TABLE payment_history (
        subject uuid NOT NULL,
        seq integer NOT NULL,
        from_status text,
        to_status text NOT NULL,
        at timestamptz NOT NULL,
        cause text NOT NULL,
        PRIMARY KEY (subject, seq)
      );

      -- one row per key at the provider, written before the call: G9, G10
      CREATE TABLE payment_operations (
        id uuid PRIMARY KEY,
        payment_id uuid NOT NULL,
        order_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('authorize', 'renew', 'capture', 'void', 'refund')),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        authorization_reference text,
        token text,
        fulfillment_id uuid,
        refund_id uuid,
        attempt integer NOT NULL CHECK (attempt >= 1),
        status text NOT NULL CHECK (status IN ('intent', 'unknown', 'succeeded', 'failed')),
        calls integer NOT NULL DEFAULT 0,
        reason text,
        created_at timestamptz NOT NULL,
        settled_at timestamptz,
        CHECK ((status IN ('succeeded', 'failed')) = (settled_at IS NOT NULL))
      );
      CREATE INDEX payment_operations_order ON payment_operations (order_id);
      CREATE INDEX payment_operations_open ON payment_operations (order_id) WHERE status IN ('intent', 'unknown');

      CREATE TABLE refunds (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        return_id uuid,
        units jsonb NOT NULL,
        due_minor bigint NOT NULL,
        fees_minor bigint NOT NULL,
        amount_minor bigint NOT NULL,
        refunded_minor bigint NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting', 'open', 'succeeded', 'failed')),
        requested_at timestamptz NOT NULL,
        CHECK (0 <= refunded_minor AND refunded_minor <= amount_minor AND amount_minor <= due_minor)
      );
      CREATE INDEX refunds_order ON refunds (order_id);

      -- double entry, append-only: the rows of an operation sum to zero, and so do those of a payment
      CREATE TABLE payment_ledger (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        payment_id uuid NOT NULL,
        operation_id uuid NOT NULL,
        account text NOT NULL CHECK (account IN ('customer', 'authorized', 'captured')),
        amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
        currency text NOT NULL,
        at timestamptz NOT NULL
      );
      CREATE INDEX payment_ledger_payment ON payment_ledger (payment_id);

      -- mirrors of oms.location.v1 and oms.lane.v1
      CREATE TABLE known_locations (
        location text PRIMARY KEY,
        version integer NOT NULL,
        known jsonb NOT NULL
      );
      CREATE TABLE known_lanes (
        location text NOT NULL,
        country text NOT NULL,
        version integer NOT NULL,
        services jsonb NOT NULL,
        PRIMARY KEY (location, country)
      );

      CREATE INDEX orders_newest ON orders (created_at DESC, id DESC);
      CREATE INDEX orders_status ON orders (status, created_at DESC, id DESC);
    `)
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'))
  }
}
