import { allEvents, allTopics, consumers, type EventDefinition } from '@waybill/contracts'

const readersOf = (event: EventDefinition): string =>
  Object.entries(consumers)
    .filter(([, { handles }]) => handles.some(({ type }) => type === event.type))
    .map(([, { service }]) => service)
    .join(', ') || '-'

/** docs/events.md: every topic with its facts, for people. */
export function eventsPage(): string {
  const parts = allTopics.map((topic) => {
    const rows = allEvents
      .filter((event) => event.topic.name === topic.name)
      .map((event) => `| [${event.name}](../libs/contracts/schemas/${event.type}.json) | ${event.meaning} | ${readersOf(event)} |`)
    const kept = topic.retentionDays === null ? 'compacted, the latest of each key is kept' : `kept ${topic.retentionDays} days`
    return [
      `## \`${topic.name}\``,
      '',
      `Key: ${topic.key}. ${topic.partitions} partitions, ${kept}. Written by ${topic.writtenBy.join(', ')}.${topic.personal ? ' **Carries personal data.**' : ''}`,
      '',
      '| Fact | Means | Acted on by |',
      '|---|---|---|',
      ...rows,
      '',
    ].join('\n')
  })
  return ['# Events', '', 'Generated from `libs/contracts` by `npm run generate`. Each fact links to its JSON Schema; a real example of each stands in `libs/contracts/examples`.', '', ...parts].join('\n')
}
