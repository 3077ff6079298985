import type { Admin } from 'kafkajs'

const REFUSALS = new Set(['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED'])

/** The brokers refuse what this service needs. Kafka's own error names neither who asked nor for what. */
export class NotPermitted extends Error {
  constructor(what: readonly string[], cause: Error) {
    super(`the brokers refuse ${what.join(', ')}: a right is missing, or there is no such topic. Fix: create the topics and grant the rights of the registry again (prepare.js topics, prepare.js rights)`, { cause })
    this.name = 'NotPermitted'
  }
}

/** True for a refusal, however deep kafkajs has wrapped it. */
export function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { type, originalError, errors = [] } = error as { readonly type?: unknown; readonly originalError?: unknown; readonly errors?: readonly unknown[] }
  return REFUSALS.has(String(type)) || [error.cause, originalError, ...errors].some(isRefusal)
}

/** kafkajs swallows a refused group, and a coordinator that is away, in the same words. */
export const hasNoCoordinator = (error: unknown): error is Error => error instanceof Error && error.name === 'KafkaJSGroupCoordinatorNotFound'

/** Finds out what exactly is refused, by asking for each thing alone. A right to read that is missing beside one to write shows only in reading. */
export async function explainRefusal(admin: Admin, user: string, { group, topics }: { readonly group?: string; readonly topics: readonly string[] }, error: Error): Promise<NotPermitted> {
  const refused: string[] = []
  if (group !== undefined && (await isRefused(() => admin.fetchOffsets({ groupId: group, topics: [] })))) refused.push(`${user} the group ${group}`)
  for (const topic of topics) if (await isRefused(() => admin.fetchTopicOffsets(topic))) refused.push(`${user} the topic ${topic}`)
  const something = group === undefined ? `${user} to write one of ${topics.join(', ')}` : `${user} to read one of ${topics.join(', ')}`
  return new NotPermitted(refused.length > 0 ? refused : [something], error)
}

/** What else goes wrong here is no answer to the question. */
const isRefused = (ask: () => Promise<unknown>): Promise<boolean> =>
  ask().then(
    () => false,
    (error: unknown) => isRefusal(error) || hasNoCoordinator(error),
  )
