import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What messaging tells of itself, in the registry of its service. */
export class MessagingMetrics {
  readonly alarms: Counter<'code'>
  readonly journalAge: Gauge
  readonly journalBacklog: Gauge
  readonly relayLeads: Gauge
  readonly sent: Counter<'topic'>
  readonly sendSeconds: Histogram
  readonly consumed: Counter<'type' | 'outcome'>
  readonly handlerSeconds: Histogram<'type'>
  readonly roundMessages: Histogram
  readonly lag: Gauge<'topic' | 'partition'>
  readonly parkedKeys: Gauge
  readonly parkedStopped: Gauge
  readonly parkedSeconds: Gauge
  readonly parkedMessages: Gauge
  readonly quarantined: Gauge
  readonly quarantinedSeconds: Gauge
  readonly keyHints: Counter<'topic'>
  readonly behindWatermarks: Gauge
  readonly tailsLost: Counter<'topic'>

  constructor(registry: Registry) {
    const registers = [registry]
    this.alarms = new Counter({ name: 'waybill_alarms_total', help: 'Things a person has to know of', labelNames: ['code'], registers })
    this.journalAge = new Gauge({ name: 'waybill_journal_age_seconds', help: 'Age of the oldest journal row not yet on its topic', registers })
    this.journalBacklog = new Gauge({ name: 'waybill_journal_backlog', help: 'Journal rows not yet on their topics', registers })
    this.relayLeads = new Gauge({ name: 'waybill_relay_leads', help: '1 where this process publishes', registers })
    this.sent = new Counter({ name: 'waybill_relay_sent_total', help: 'Messages acknowledged by the brokers', labelNames: ['topic'], registers })
    this.sendSeconds = new Histogram({ name: 'waybill_relay_send_seconds', help: 'One send of a batch', buckets: SECONDS, registers })
    this.consumed = new Counter({ name: 'waybill_consumed_total', help: 'Messages by what became of them', labelNames: ['type', 'outcome'], registers })
    this.handlerSeconds = new Histogram({ name: 'waybill_handler_seconds', help: 'One batch in its handler', labelNames: ['type'], buckets: SECONDS, registers })
    this.roundMessages = new Histogram({ name: 'waybill_round_messages', help: 'Messages of one round', buckets: [1, 3, 10, 30, 100, 300, 1000, 3000, 10000], registers })
    this.lag = new Gauge({ name: 'waybill_consumer_lag', help: 'Records on the topic not yet read', labelNames: ['topic', 'partition'], registers })
    this.parkedKeys = new Gauge({ name: 'waybill_parked_keys', help: 'Keys whose messages wait', registers })
    this.parkedStopped = new Gauge({ name: 'waybill_parked_stopped_keys', help: 'Keys that only a person can have tried again', registers })
    this.parkedSeconds = new Gauge({ name: 'waybill_parked_oldest_seconds', help: 'How long the key has waited that has waited longest', registers })
    this.parkedMessages = new Gauge({ name: 'waybill_parked', help: 'Messages that wait behind a parked key', registers })
    this.quarantined = new Gauge({ name: 'waybill_quarantined', help: 'Records that could not be taken and nobody has decided on', registers })
    this.quarantinedSeconds = new Gauge({ name: 'waybill_quarantined_oldest_seconds', help: 'How long the record has lain that nobody has decided on longest', registers })
    this.keyHints = new Counter({ name: 'waybill_key_hint_mismatch_total', help: 'Records of outsiders whose key is not what the rule says', labelNames: ['topic'], registers })
    this.behindWatermarks = new Gauge({ name: 'waybill_behind_watermarks', help: 'Subjects whose last facts were read to the end of the topic and are not there', registers })
    this.tailsLost = new Counter({ name: 'waybill_tails_lost_total', help: 'Subjects whose last facts were lost and asked for', labelNames: ['topic'], registers })
  }
}
