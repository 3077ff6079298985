import { migrationOf } from './migration.js'

const statements = [
  'CREATE SCHEMA IF NOT EXISTS messaging',

  // Journal. CACHE 1, else seq would not follow the order of inserts. xid stands before seq so that a row's transaction id
  // is always drawn before its number: the relay's floor depends on it.
  'CREATE SEQUENCE messaging.journal_seq CACHE 1',
  `CREATE TABLE messaging.journal (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seq bigint NOT NULL DEFAULT nextval('messaging.journal_seq'),
    topic text NOT NULL,
    key text NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    sequence bigint,
    headers jsonb NOT NULL,
    payload bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
  ) PARTITION BY RANGE (created_at)`,
  'CREATE INDEX journal_xid ON messaging.journal USING hash (xid)',
  'CREATE INDEX journal_subject ON messaging.journal (topic, subject, seq)',
  `CREATE TABLE messaging.subjects (
    topic text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    PRIMARY KEY (topic, subject)
  ) WITH (fillfactor = 70)`,
  // Who may publish, and how far it got: one row. "prev" and "target" are snapshots: rows visible in target and not in prev are next.
  `CREATE TABLE messaging.relay (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    holder text,
    epoch bigint NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL DEFAULT '-infinity',
    prev pg_snapshot NOT NULL DEFAULT '1:1:',
    target pg_snapshot,
    last_seq bigint NOT NULL DEFAULT 0,
    floor_seq bigint NOT NULL DEFAULT 0,
    sent_seq bigint NOT NULL DEFAULT 0
  ) WITH (fillfactor = 50)`,
  'INSERT INTO messaging.relay DEFAULT VALUES',
  // What is to be sent once more: from a sequence on, or (null) the latest of a compacted subject.
  `CREATE TABLE messaging.republish (
    topic text NOT NULL,
    subject text NOT NULL,
    from_sequence bigint,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE NULLS NOT DISTINCT (topic, subject, from_sequence)
  )`,

  // Inbox. Event ids are uuid v7, so a range of ids is a range of time; foreign ids fall into the default partition.
  `CREATE TABLE messaging.inbox (
    event_id uuid NOT NULL,
    consumer_group text NOT NULL,
    payload_hash bytea NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (event_id, consumer_group)
  ) PARTITION BY RANGE (event_id)`,
  'CREATE TABLE messaging.inbox_other PARTITION OF messaging.inbox DEFAULT',
  `CREATE TABLE messaging.consumed_sequence (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (consumer_group, topic, subject)
  ) WITH (fillfactor = 70)`,
  `CREATE TABLE messaging.next_offset (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    PRIMARY KEY (consumer_group, topic, partition)
  ) WITH (fillfactor = 50)`,

  // Parking: one row per key that waits, and its messages in order. Skipped messages stay as the record of the decision.
  `CREATE TABLE messaging.parked_key (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'stopped')),
    code text NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_attempt_at timestamptz,
    PRIMARY KEY (consumer_group, topic, key)
  )`,
  `CREATE INDEX parked_key_due ON messaging.parked_key (consumer_group, next_attempt_at) WHERE status = 'waiting'`,
  `CREATE TABLE messaging.parked_message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer_group text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    sequence bigint,
    correlation_id text,
    headers jsonb NOT NULL,
    payload bytea,
    payload_hash bytea NOT NULL,
    edited boolean NOT NULL DEFAULT false,
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'skipped')),
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (consumer_group, event_id)
  )`,
  `CREATE INDEX parked_message_queue ON messaging.parked_message (consumer_group, topic, key, id) WHERE status = 'waiting'`,

  `CREATE TABLE messaging.quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer_group text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key bytea,
    payload bytea,
    headers jsonb NOT NULL,
    event_id uuid,
    type text,
    code text NOT NULL,
    detail text NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done', 'discarded')),
    quarantined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    record_hash bytea NOT NULL,
    UNIQUE (consumer_group, topic, partition, "offset", record_hash)
  )`,
  `CREATE INDEX quarantine_open ON messaging.quarantine (consumer_group, id) WHERE status = 'open'`,
  'CREATE INDEX quarantine_event ON messaging.quarantine (event_id) WHERE event_id IS NOT NULL',

  `CREATE TABLE messaging.operator_action (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    who text NOT NULL,
    why text NOT NULL,
    action text NOT NULL,
    target jsonb NOT NULL
  )`,

  // The keeper. SECURITY DEFINER: services may run under a role that owns no tables. Tables are made apart and attached,
  // because CREATE ... PARTITION OF would lock out every writer; what already lies in the default partition moves along.
  `CREATE FUNCTION messaging.uuid_floor(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
  $$`,
  `CREATE FUNCTION messaging.keep_partitions(journal_days integer DEFAULT 7, inbox_days integer DEFAULT 35) RETURNS text[]
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, messaging SET lock_timeout = '2s' SET timezone = 'UTC' AS $$
  DECLARE
    day date;
    part text;
    lower_id uuid;
    upper_id uuid;
    unsent boolean;
    done text[] := '{}';
  BEGIN
    IF NOT pg_try_advisory_xact_lock(7461726, 1) THEN RETURN done; END IF;

    FOR day IN SELECT generate_series(current_date - 1, current_date + 7, '1 day')::date LOOP
      part := 'journal_' || to_char(day, 'YYYYMMDD');
      CONTINUE WHEN to_regclass('messaging.' || part) IS NOT NULL;
      EXECUTE format('CREATE TABLE messaging.%I (LIKE messaging.journal INCLUDING DEFAULTS)', part);
      EXECUTE format('CREATE UNIQUE INDEX ON messaging.%I (seq)', part);
      EXECUTE format('ALTER TABLE messaging.journal ATTACH PARTITION messaging.%I FOR VALUES FROM (%L) TO (%L)', part, day::timestamptz, (day + 1)::timestamptz);
      done := done || ('made ' || part);
    END LOOP;

    FOR day IN SELECT generate_series(date_trunc('week', now()) - interval '1 week', date_trunc('week', now()) + interval '2 weeks', '1 week')::date LOOP
      part := 'inbox_' || to_char(day, 'YYYYMMDD');
      CONTINUE WHEN to_regclass('messaging.' || part) IS NOT NULL;
      lower_id := messaging.uuid_floor(day::timestamptz);
      upper_id := messaging.uuid_floor((day + 7)::timestamptz);
      EXECUTE format('CREATE TABLE messaging.%I (LIKE messaging.inbox INCLUDING ALL)', part);
      EXECUTE format('WITH moved AS (DELETE FROM messaging.inbox_other WHERE event_id >= %L AND event_id < %L RETURNING *) INSERT INTO messaging.%I SELECT * FROM moved', lower_id, upper_id, part);
      EXECUTE format('ALTER TABLE messaging.inbox ATTACH PARTITION messaging.%I FOR VALUES FROM (%L) TO (%L)', part, lower_id, upper_id);
      done := done || ('made ' || part);
    END LOOP;

    FOR part, day IN
      SELECT c.relname, to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'messaging.journal'::regclass AND to_date(right(c.relname, 8), 'YYYYMMDD') < current_date - journal_days
    LOOP
      EXECUTE format('SELECT EXISTS (SELECT FROM messaging.%I j, messaging.relay r WHERE NOT pg_visible_in_snapshot(j.xid, r.prev))', part) INTO unsent;
      IF unsent THEN
        done := done || ('kept ' || part);
      ELSE
        EXECUTE format('DROP TABLE messaging.%I', part);
        done := done || ('dropped ' || part);
      END IF;
    END LOOP;

    FOR part IN
      SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'messaging.inbox'::regclass AND c.relname ~ '^inbox_[0-9]{8}$'
        AND to_date(right(c.relname, 8), 'YYYYMMDD') + 7 < current_date - inbox_days
    LOOP
      EXECUTE format('DROP TABLE messaging.%I', part);
      done := done || ('dropped ' || part);
    END LOOP;
    DELETE FROM messaging.inbox_other WHERE handled_at < now() - make_interval(days => inbox_days);
    DELETE FROM messaging.quarantine WHERE status <> 'open' AND quarantined_at < now() - interval '30 days';
    DELETE FROM messaging.parked_message WHERE status = 'skipped' AND parked_at < now() - make_interval(days => inbox_days);
    RETURN done;
  END
  $$`,
  'SELECT messaging.keep_partitions()',
]

/** All tables of messaging, in schema `messaging`. */
export const Messaging0001 = migrationOf('Messaging1000000000001', statements)
