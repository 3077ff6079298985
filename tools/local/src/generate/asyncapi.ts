import { allEvents, allTopics, consumers, type EventDefinition, type TopicDefinition } from '@waybill/contracts'
import { stringify } from 'yaml'

const eventsOf = (topic: TopicDefinition): EventDefinition[] => allEvents.filter((event) => event.topic.name === topic.name)

/** The AsyncAPI 3 document of the house: channels, messages, who sends and who receives. */
export function asyncApi(): string {
  const channels = Object.fromEntries(
    allTopics.map((topic) => [
      topic.name,
      {
        address: topic.name,
        description: `Key: ${topic.key}. ${topic.retentionDays === null ? 'Compacted: the latest of each key is kept.' : `Kept ${topic.retentionDays} days.`}${topic.personal ? ' Carries personal data.' : ''}`,
        messages: Object.fromEntries(eventsOf(topic).map(({ name }) => [name, { $ref: `#/components/messages/${name}` }])),
        bindings: { kafka: { partitions: topic.partitions, topicConfiguration: topic.retentionDays === null ? { 'cleanup.policy': ['compact'] } : { 'retention.ms': topic.retentionDays * 86_400_000 } } },
      },
    ]),
  )
  const sends = allTopics.map((topic) => [
    `${topic.noun}.sent`,
    { action: 'send', channel: { $ref: `#/channels/${topic.name}` }, summary: `Written by ${topic.writtenBy.join(', ')}.` },
  ])
  const receives = Object.entries(consumers).flatMap(([group, { handles }]) =>
    allTopics
      .map((topic) => ({ topic, handled: handles.filter((event) => event.topic.name === topic.name) }))
      .filter(({ handled }) => handled.length > 0)
      .map(({ topic, handled }) => [
        `${group}.${topic.noun}`,
        { action: 'receive', channel: { $ref: `#/channels/${topic.name}` }, messages: handled.map(({ name }) => ({ $ref: `#/channels/${topic.name}/messages/${name}` })) },
      ]),
  )
  const messages = Object.fromEntries(
    allEvents.map(({ name, type, meaning, payload, example }) => [
      name,
      { name: type, summary: meaning, contentType: 'application/json', payload: JSON.parse(JSON.stringify(payload)) as object, examples: [{ payload: example }] },
    ]),
  )
  return stringify(
    {
      asyncapi: '3.0.0',
      info: { title: 'Waybill', version: '1.0.0', description: 'What the services of Waybill tell each other over Kafka. CloudEvents 1.0, binary mode.' },
      channels,
      operations: Object.fromEntries([...sends, ...receives]) as object,
      components: { messages },
    },
    { aliasDuplicateObjects: false, lineWidth: 160 },
  )
}
