import * as events from './events.js'
import type { EventDefinition } from './event.js'
import { topics, type TopicDefinition } from './topics.js'

/** Every fact of the house. */
export const allEvents: readonly EventDefinition[] = Object.values(events) as readonly EventDefinition[]

/** Every topic of the house. */
export const allTopics: readonly TopicDefinition[] = Object.values(topics)

const byType = new Map(allEvents.map((definition) => [definition.type, definition]))

/** The fact a wire type names, or undefined if this build does not know it. */
export const eventOfType = (type: string): EventDefinition | undefined => byType.get(type)
