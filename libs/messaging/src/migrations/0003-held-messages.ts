import { migrationOf } from './migration.js'

const statements = [
  // Copies of records of personal topics are sealed. Their keys lie apart: deleting one makes its copies unreadable, backups of the other tables included.
  // One key a scope: what the topic's key rule says of the record (an order; a channel and its reference).
  `CREATE TABLE messaging.sealing_key (
    topic text NOT NULL,
    scope text NOT NULL,
    key bytea NOT NULL CHECK (length(key) = 32),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, scope)
  )`,
  'CREATE INDEX sealing_key_age ON messaging.sealing_key (made_at)',
  // A scope says: payload and headers stand sealed in "payload". The revision tells a retry that an operator has edited what it read.
  `ALTER TABLE messaging.parked_message ADD COLUMN scope text, ADD COLUMN revision integer NOT NULL DEFAULT 0, DROP COLUMN edited`,
  'CREATE INDEX parked_message_scope ON messaging.parked_message (topic, scope) WHERE scope IS NOT NULL',
  'ALTER TABLE messaging.quarantine ADD COLUMN scope text',
  'CREATE INDEX quarantine_scope ON messaging.quarantine (topic, scope) WHERE scope IS NOT NULL',

  // What became of a parked or quarantined message, and who did it. "content" is JSON (error, before, after), sealed where there is a scope.
  `CREATE TABLE messaging.held_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer_group text NOT NULL,
    topic text NOT NULL,
    key text,
    event_id uuid,
    parked_id bigint,
    quarantine_id bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    act text NOT NULL,
    code text,
    who text,
    why text,
    scope text,
    content bytea,
    CHECK ((parked_id IS NULL) <> (quarantine_id IS NULL)),
    CHECK ((who IS NULL) = (why IS NULL))
  )`,
  'CREATE INDEX held_history_key ON messaging.held_history (consumer_group, topic, key, id) WHERE parked_id IS NOT NULL',
  'CREATE INDEX held_history_parked ON messaging.held_history (parked_id, id) WHERE parked_id IS NOT NULL',
  'CREATE INDEX held_history_quarantine ON messaging.held_history (quarantine_id, id) WHERE quarantine_id IS NOT NULL',
]

/** Sealed copies of personal topics, and the history of what waits for an operator. */
export const Messaging0003 = migrationOf('Messaging1000000000003', statements)
