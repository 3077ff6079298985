import type { Static, TSchema } from 'typebox'
import type { TopicDefinition } from './topics.js'

/** One kind of fact, with everything a producer and a consumer must know of it. */
export interface EventDefinition<Payload = unknown> {
  readonly name: string
  /** On the wire: `oms.<topic noun>.<fact>.v<version>`. */
  readonly type: string
  readonly version: number
  readonly topic: TopicDefinition
  /** One line, in business words. */
  readonly meaning: string
  /** JSON Schema, open: a consumer takes unknown fields. The producer closes it. */
  readonly payload: TSchema
  readonly example: Payload
}

export type PayloadOf<Definition> = Definition extends EventDefinition<infer Payload> ? Payload : never

/** Declares a fact. The wire type follows from topic, fact and version. */
export function event<const Schema extends TSchema>(declaration: {
  readonly topic: TopicDefinition
  readonly fact: string
  readonly version: number
  readonly meaning: string
  readonly payload: Schema
  readonly example: Static<Schema>
}): EventDefinition<Static<Schema>> {
  const { topic, fact, version, meaning, payload, example } = declaration
  return {
    name: fact.replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase()),
    type: `oms.${topic.noun}.${fact}.v${version}`,
    version,
    topic,
    meaning,
    payload,
    example,
  }
}
