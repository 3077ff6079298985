import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Channels, catalogue, prices, tax, and what the doors keep. First migration: no release before it. */
export class Doors0001 implements MigrationInterface {
  name = 'Doors0001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- counts every change of channels, products, prices and tax: what a process remembers of them is good while it stands
      CREATE TABLE terms_version (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        version bigint NOT NULL
      );
      INSERT INTO terms_version (version) VALUES (1);

      CREATE TABLE channels (
        code text PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 64),
        name text NOT NULL,
        brand text,
        currencies text[] NOT NULL CHECK (cardinality(currencies) > 0),
        default_currency text NOT NULL,
        pricing text NOT NULL CHECK (pricing IN ('ours', 'channel')),
        prices_include_tax boolean NOT NULL,
        shipping jsonb NOT NULL,
        discount_ppm integer NOT NULL CHECK (discount_ppm BETWEEN 0 AND 1000000),
        CHECK (default_currency = ANY (currencies))
      );

      CREATE TABLE products (
        number text PRIMARY KEY CHECK (length(number) BETWEEN 1 AND 64),
        version integer NOT NULL CHECK (version >= 1),
        name text NOT NULL,
        category text,
        brand text,
        gtin text CHECK (gtin ~ '^[0-9]{8,14}$'),
        tax_category text NOT NULL,
        is_active boolean NOT NULL,
        is_stocked boolean NOT NULL,
        handling text[] NOT NULL,
        handling_instruction text NOT NULL,
        weight_grams integer NOT NULL CHECK (weight_grams > 0),
        length_mm integer NOT NULL CHECK (length_mm > 0),
        width_mm integer NOT NULL CHECK (width_mm > 0),
        height_mm integer NOT NULL CHECK (height_mm > 0),
        is_lot_tracked boolean NOT NULL,
        minimum_remaining_days integer NOT NULL CHECK (minimum_remaining_days >= 0),
        dangerous_group text,
        has_lithium boolean NOT NULL,
        is_food boolean NOT NULL,
        ships_alone boolean NOT NULL,
        components jsonb NOT NULL,
        options jsonb NOT NULL
      );

      -- append-only: of two prices from the same moment the later declared one counts
      CREATE TABLE prices (
        channel text NOT NULL,
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        product text NOT NULL,
        effective_from timestamptz NOT NULL,
        declared_at timestamptz NOT NULL,
        price_minor bigint NOT NULL CHECK (price_minor BETWEEN 0 AND 9000000000000000),
        PRIMARY KEY (channel, currency, product, effective_from, declared_at)
      );

      -- append-only, as prices are; region '' is the whole country
      CREATE TABLE tax_rates (
        country text NOT NULL CHECK (country ~ '^([A-Z]{2}|\\*)$'),
        region text NOT NULL,
        category text NOT NULL,
        effective_from timestamptz NOT NULL,
        declared_at timestamptz NOT NULL,
        rate_ppm integer NOT NULL CHECK (rate_ppm BETWEEN 0 AND 1000000),
        PRIMARY KEY (country, region, category, effective_from, declared_at)
      );

      -- no duplicate order: G6
      CREATE TABLE channel_orders (
        channel text NOT NULL,
        reference_key text NOT NULL,
        reference text NOT NULL,
        content_hash text NOT NULL,
        order_id uuid NOT NULL,
        currency text NOT NULL,
        total_minor bigint NOT NULL CHECK (total_minor >= 0),
        accepted_at timestamptz NOT NULL,
        PRIMARY KEY (channel, reference_key)
      );

      -- apart from what they open: deleting a key erases its message everywhere, backups of the other tables included
      CREATE TABLE input_keys (
        id uuid PRIMARY KEY,
        key bytea NOT NULL CHECK (length(key) = 32),
        made_at timestamptz NOT NULL
      );
      CREATE INDEX input_keys_age ON input_keys (made_at);

      CREATE TABLE refused_input (
        id uuid PRIMARY KEY,
        channel text NOT NULL,
        reference text NOT NULL,
        code text NOT NULL,
        pointer text NOT NULL,
        detail text NOT NULL,
        sealed bytea NOT NULL,
        refused_at timestamptz NOT NULL
      );
      CREATE INDEX refused_input_age ON refused_input (refused_at);

      CREATE TABLE order_imports (
        id uuid PRIMARY KEY,
        requested_by text NOT NULL,
        only_channel text,
        format text NOT NULL CHECK (format IN ('csv', 'ndjson')),
        status text NOT NULL CHECK (status IN ('uploading', 'waiting', 'running', 'done')),
        columns text[] NOT NULL DEFAULT '{}',
        file_hash text,
        bytes bigint NOT NULL DEFAULT 0,
        rows integer NOT NULL DEFAULT 0,
        orders integer NOT NULL DEFAULT 0,
        processed integer NOT NULL DEFAULT 0,
        accepted integer NOT NULL DEFAULT 0,
        existing integer NOT NULL DEFAULT 0,
        refused integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        finished_at timestamptz,
        CHECK (processed = accepted + existing + refused),
        CHECK (processed <= orders)
      );
      CREATE INDEX order_imports_file ON order_imports (file_hash, requested_by);

      -- orders of uploaded files until they are captured
      CREATE TABLE import_entries (
        import_id uuid NOT NULL,
        position integer NOT NULL,
        channel text,
        reference_key text,
        is_scattered boolean NOT NULL DEFAULT false,
        sealed bytea NOT NULL,
        PRIMARY KEY (import_id, position)
      );

      CREATE TABLE import_errors (
        import_id uuid NOT NULL,
        position integer NOT NULL,
        code text NOT NULL,
        pointer text NOT NULL,
        detail text NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (import_id, position)
      );
    `)
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'))
  }
}
