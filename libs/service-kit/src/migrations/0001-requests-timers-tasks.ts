import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What every service keeps beside its own data: answered requests, timers, tasks. */
export class KitTables0001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema kit;

      create table kit.requests (
        client text not null,
        key text not null,
        route text not null,
        body_hash text not null,
        result json,
        created_at timestamptz not null default clock_timestamp(),
        primary key (client, key));
      create index requests_by_age on kit.requests using brin (created_at);

      create table kit.timers (
        kind text not null,
        subject text not null,
        token uuid not null,
        due_at timestamptz not null,
        next_at timestamptz not null,
        attempt int not null default 0,
        payload jsonb not null,
        correlation_id text,
        traceparent text,
        last_error text,
        primary key (kind, subject));
      create index timers_next on kit.timers (kind, next_at);
      comment on column kit.timers.next_at is 'when a runner may claim it: the due time at first, the end of a lease while claimed, the end of the back-off after a failure';

      create table kit.tasks (
        id uuid primary key,
        kind text not null,
        subject text not null,
        order_id uuid,
        owner text not null,
        why text not null,
        due_at timestamptz not null,
        opened_at timestamptz not null default clock_timestamp(),
        closed_at timestamptz,
        closed_by text,
        resolution text,
        constraint tasks_closed_whole check ((closed_at is null) = (closed_by is null) and (closed_at is null) = (resolution is null)));
      create unique index tasks_open on kit.tasks (kind, subject) where closed_at is null;
      create index tasks_due on kit.tasks (due_at, id) where closed_at is null;
      create index tasks_by_order on kit.tasks (order_id) where order_id is not null`)
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'))
  }
}
