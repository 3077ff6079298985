import { allTopics, consumers } from '@waybill/contracts'
import { onBroker } from '@waybill/messaging'
import { Kafka, logLevel } from 'kafkajs'

/** The group of the reader that tests look at topics with. */
export const readerGroup = 'test.reader'

/** Deletes the house's topics and consumer groups of a namespace ('' is the usual one), with all that lies in them. */
export async function deleteTopics(kafkaBrokers: readonly string[], namespace: string): Promise<void> {
  const admin = new Kafka({ clientId: 'waybill-cleaner', brokers: [...kafkaBrokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const ours = (names: readonly string[]) => new Set(names.map((name) => onBroker(namespace, name)))
    const groups = ours([...Object.keys(consumers), readerGroup])
    const found = (await admin.listGroups()).groups.map(({ groupId }) => groupId).filter((group) => groups.has(group))
    // A consumer that was killed is a member until its session ends; then its group is empty and stays behind.
    await admin.deleteGroups(found).catch(() => undefined)
    const house = ours(allTopics.map(({ name }) => name))
    const topics = (await admin.listTopics()).filter((topic) => house.has(topic))
    if (topics.length > 0) await admin.deleteTopics({ topics })
  } finally {
    await admin.disconnect()
  }
}
