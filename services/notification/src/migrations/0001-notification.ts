import type { MigrationInterface, QueryRunner } from 'typeorm'

/** First schema. Nothing older runs on it. */
export class Notification0001 implements MigrationInterface {
  name = 'Notification0001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- the only personal data of this service; after an erasure only the order's id and the date stay
      create table delivery_details (
        order_id uuid primary key,
        reference text,
        name text,
        email text,
        erased_at timestamptz,
        check ((erased_at is null) = (reference is not null and name is not null and email is not null)),
        check (erased_at is null or (reference is null and name is null and email is null))
      );
      create table orders (
        order_id uuid primary key,
        lines jsonb not null
      );
      -- what customers are told: written down before it is sent, without personal data
      create table messages (
        id uuid primary key,
        kind text not null,
        event_id uuid not null,
        order_id uuid not null,
        occasion jsonb not null,
        status text not null check (status in ('AWAITING_DETAILS', 'QUEUED', 'SENT', 'FAILED', 'UNKNOWN', 'DROPPED')),
        tries integer not null default 0 check (tries >= 0),
        maybe_sent integer not null default 0 check (maybe_sent >= 0),
        why text,
        created_at timestamptz not null,
        sent_at timestamptz,
        unique (event_id, kind),
        check ((status = 'SENT') = (sent_at is not null)),
        check (status not in ('FAILED', 'UNKNOWN', 'DROPPED') or why is not null)
      );
      create index messages_order on messages (order_id);
      create index messages_status on messages (status, id);
    `)
  }

  down(): Promise<void> {
    return Promise.reject(new Error('forward only'))
  }
}
