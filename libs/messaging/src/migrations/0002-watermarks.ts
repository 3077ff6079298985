import { migrationOf } from './migration.js'

const statements = [
  // Where the last watermark of this service stands: a position of the relay's cursor. What lies between it and the relay's is news.
  `CREATE TABLE messaging.watermark (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    set_at timestamptz,
    looked_at timestamptz NOT NULL DEFAULT '-infinity',
    prev pg_snapshot NOT NULL,
    target pg_snapshot,
    target_floor bigint NOT NULL DEFAULT 0,
    last_seq bigint NOT NULL DEFAULT 0,
    floor_seq bigint NOT NULL
  ) WITH (fillfactor = 50)`,
  'INSERT INTO messaging.watermark (prev, floor_seq) SELECT prev, floor_seq FROM messaging.relay',
  // Up to which watermark of a service all that it says was found here.
  `CREATE TABLE messaging.watermark_met (
    consumer_group text NOT NULL,
    service text NOT NULL,
    number bigint NOT NULL,
    met_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer_group, service)
  ) WITH (fillfactor = 50)`,
]

/** Watermarks: how far a service has said it has published, and how far its readers have found all of it. */
export const Messaging0002 = migrationOf('Messaging1000000000002', statements)
