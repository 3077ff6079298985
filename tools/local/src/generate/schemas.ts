import { allEvents } from '@waybill/contracts'

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** One JSON Schema and one example per message and version. */
export const schemaFiles = (): [string, string][] =>
  allEvents.flatMap(({ type, meaning, payload, example }): [string, string][] => [
    [
      `libs/contracts/schemas/${type}.json`,
      json({ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `urn:waybill:${type}`, description: meaning, ...(JSON.parse(JSON.stringify(payload)) as object) }),
    ],
    [`libs/contracts/examples/${type}.json`, json(example)],
  ])
