import { randomUUID } from 'node:crypto'
import type { EventCause } from '@waybill/kernel'
import { OrderPlaced } from '@waybill/contracts'
import type { Alarm, MessageRegistry, MessagingLog, OutgoingMessage } from '@waybill/messaging'

/** The smallest world in which facts can be said and heard: one topic, one reader. */
export const benchRegistry = (group = 'bench.main'): MessageRegistry => ({
  topics: [OrderPlaced.topic],
  eventOfType: (type) => (type === OrderPlaced.type ? OrderPlaced : undefined),
  consumers: { [group]: { service: 'inventory', handles: [OrderPlaced] } },
})

export const quietLog: MessagingLog = { info: () => undefined, warn: () => undefined, error: (data, message) => void process.stderr.write(`${message} ${JSON.stringify(data)}\n`) }

export const onAlarm = ({ code, message }: Alarm): void => void process.stderr.write(`${code}: ${message}\n`)

/** So many facts about so many orders. */
export function facts(count: number): readonly OutgoingMessage[] {
  return Array.from({ length: count }, () => {
    const order = randomUUID()
    const cause: EventCause = { kind: 'event', eventId: randomUUID(), type: OrderPlaced.type, topic: OrderPlaced.topic.name, key: order, subject: order, sequence: 1, time: new Date().toISOString(), correlationId: order, actor: 'system:bench', traceparent: null } as unknown as EventCause
    return { event: OrderPlaced, subject: order, key: order, payload: { ...OrderPlaced.example, order }, cause } as unknown as OutgoingMessage
  })
}
