import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Every fact, and the views built from them. First release: nothing runs before it. */
export class Console0001 implements MigrationInterface {
  name = 'Console0001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE fact (
        seq      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL UNIQUE,
        topic    text NOT NULL,
        type     text NOT NULL,
        name     text NOT NULL,
        subject  text NOT NULL,
        sequence bigint,
        order_id uuid,
        at       timestamptz NOT NULL,
        actor    text NOT NULL,
        payload  jsonb NOT NULL
      );
      CREATE INDEX fact_order ON fact (order_id, at, event_id) WHERE order_id IS NOT NULL;
      CREATE TABLE order_view (
        order_id          uuid PRIMARY KEY,
        channel           text,
        reference         text,
        placed_at         timestamptz,
        country           text,
        currency          text,
        total_minor       bigint,
        units             int,
        status            text NOT NULL,
        stage             text NOT NULL,
        -- below zero for a moment where the fill is read before the backorder
        backordered_units int NOT NULL,
        delivered_units   int NOT NULL,
        promised_to       date,
        last_fact         text NOT NULL,
        last_at           timestamptz NOT NULL
      ) WITH (fillfactor = 60);
      CREATE INDEX order_view_placed ON order_view (placed_at DESC, order_id DESC);
      CREATE INDEX order_view_reference ON order_view (reference text_pattern_ops);
      CREATE TABLE task_view (
        task       uuid PRIMARY KEY,
        kind       text NOT NULL,
        subject    text NOT NULL,
        order_id   uuid,
        owner      text NOT NULL,
        why        text NOT NULL,
        service    text NOT NULL,
        due_at     timestamptz NOT NULL,
        opened_at  timestamptz NOT NULL,
        closed_at  timestamptz,
        resolution text
      );
      CREATE INDEX task_view_open ON task_view (due_at, task) WHERE closed_at IS NULL;
    `)
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.')
  }
}
