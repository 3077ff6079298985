import { randomUUID } from 'node:crypto'
import type { ServiceName } from '@waybill/contracts'
import type { Installation } from './installation.js'

/** Facts in a service's journal and on their topic, with these numbers. */
export async function journaled(installation: Installation, service: ServiceName, topic: string, subject: string, sequences: readonly number[]): Promise<void> {
  const facts = sequences.map((sequence) => ({ topic, key: subject, event_id: randomUUID(), type: 'test', subject, sequence }))
  await installation.insert(service, 'messaging.journal', ...facts.map((fact) => ({ ...fact, headers: {}, payload: '\\x7b7d' })))
  const records = facts.map(({ topic: name, key, event_id, type, sequence }, index) => ({ topic: name, partition: 0, offset: BigInt(index), key, eventId: event_id, type, subject, sequence, version: null, isEmpty: false }))
  installation.topicRecords = [...installation.topicRecords, ...records]
}
