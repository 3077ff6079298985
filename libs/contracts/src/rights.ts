import { consumers } from './consumers.js'
import { allTopics } from './registry.js'
import { topics, type ServiceName, type TopicDefinition } from './topics.js'

/** What one who logs in at the brokers may do there, and nothing else. Names are those of the registry, without a namespace. */
export interface KafkaRights {
  /** The name it logs in with. */
  readonly principal: string
  /** Topics it may write. */
  readonly writes: readonly string[]
  /** Topics it may read. */
  readonly reads: readonly string[]
  /** Consumer groups it may be a member of. */
  readonly groups: readonly string[]
}

/** A service writes what it owns and reads what it acts on, in its own group; all hear and say what services tell each other about topics. */
export function rightsOfService(service: ServiceName): KafkaRights {
  const groups = Object.entries(consumers).filter(([, group]) => group.service === service)
  const reads = new Set([topics.control.name, ...groups.flatMap(([, { handles }]) => handles.map(({ topic }) => topic.name))])
  return { principal: service, writes: writtenBy(service), reads: [...reads].sort(), groups: groups.map(([name]) => name) }
}

/** A channel hands in orders, and reads what became of them in the group `<its name>.replies`. */
export const rightsOfChannel = (principal: string): KafkaRights => ({ principal, writes: writtenBy('channels'), reads: [topics.channelReplies.name], groups: [`${principal}.replies`] })

/** All services of the house. */
export const serviceRights: readonly KafkaRights[] = [...new Set(Object.values(consumers).map(({ service }) => service))].map(rightsOfService)

function writtenBy(writer: ServiceName | 'channels'): string[] {
  const mine = ({ writtenBy: writers }: TopicDefinition): boolean => writers.includes(writer)
  return allTopics.filter(mine).map(({ name }) => name).sort()
}
