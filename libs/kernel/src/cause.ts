/** What a change of state answers to. Business code passes it through and never looks inside. */
export type Cause = EventCause | RequestCause | TimerCause

/** A message received by a consumer group. Its event id makes the change happen once per group. */
export interface EventCause {
  readonly kind: 'event'
  readonly group: string
  /** Topic name without the installation's prefix. */
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly key: string
  readonly eventId: string
  readonly type: string
  readonly subject: string
  /** Place in the subject's history, from 1, gap-free; null where the topic counts none. */
  readonly sequence: number | null
  /** SHA-256 of the payload bytes, hex: the same event id with other content is a conflict. */
  readonly payloadHash: string
  readonly time: string
  readonly correlationId: string | null
  readonly actor: string
  readonly traceparent: string | null
}

/** A command that came over HTTP. Client and key make it happen once. */
export interface RequestCause {
  readonly kind: 'request'
  /** Who may repeat this key: the channel or person behind the request. */
  readonly client: string
  readonly key: string
  readonly route: string
  /** SHA-256 of the body's bytes, hex: the same key with another body is refused. */
  readonly bodyHash: string
  /** role:id of who asked. */
  readonly actor: string
  readonly correlationId: string | null
  readonly traceparent: string | null
}

/** A timer that came due. Its token makes the change happen once per scheduling. */
export interface TimerCause {
  readonly kind: 'timer'
  readonly timer: string
  readonly subject: string
  readonly token: string
  readonly correlationId: string | null
  readonly actor: string
  readonly traceparent: string | null
}
