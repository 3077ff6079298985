import { allTopics, consumers, eventOfType, RepublishAsked, WatermarkSet, type ConsumerGroup, type EventDefinition, type TopicDefinition } from '@waybill/contracts'

/** What can be said on the wire and who listens. */
export interface MessageRegistry {
  readonly topics: readonly TopicDefinition[]
  readonly eventOfType: (type: string) => EventDefinition | undefined
  readonly consumers: Readonly<Record<string, ConsumerGroup>>
}

/** The house's own, from libs/contracts. */
export const houseRegistry: MessageRegistry = { topics: allTopics, eventOfType, consumers }

/** How a reader asks an owner to publish again; every service understands it, whatever its registry says. */
export const republishAsked = RepublishAsked

/** How a service says how far it has published; compared by every reader, whatever its registry says. */
export const watermarkSet = WatermarkSet

/** The name a topic or group has on the broker of a namespace. */
export const onBroker = (namespace: string, name: string): string => `${namespace}${name}`

/** Topics by their name without namespace, the control topic always among them. */
export function topicsOf(registry: MessageRegistry): ReadonlyMap<string, TopicDefinition> {
  return new Map([republishAsked.topic, ...registry.topics].map((topic) => [topic.name, topic]))
}

/** A compacted topic keeps the latest record of each key: it has no history in which something could be missing. */
export const isCompacted = (topic: TopicDefinition): boolean => topic.retentionDays === null

/**
 * The largest record a topic takes, key, headers and payload together. Unit: bytes. An order of 500 lines with the money
 * of every unit in runs needs 300 kB and more; the broker's own limit (1 MB) stays out of reach.
 */
export const RECORD_BYTES_MAX = 768 * 1024
