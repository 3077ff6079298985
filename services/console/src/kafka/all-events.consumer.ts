import { Controller } from '@nestjs/common'
import { consumers, topics, type EventDefinition } from '@waybill/contracts'
import type { JsonObject } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import type { Told } from '../timeline/timeline.store.js'
import { KeepFacts } from '../use-cases/keep-facts.js'

/** Hears every fact of the house but those with personal data: one handler for each of the group's types. */
@Controller()
export class AllEventsConsumer {
  constructor(private readonly keepFacts: KeepFacts) {}

  async keep(event: EventDefinition, batch: readonly Received<unknown>[]): Promise<void> {
    await this.keepFacts.run(batch.map((received) => toTold(event, received)))
  }
}

for (const event of consumers['console.main']?.handles ?? []) {
  const descriptor: TypedPropertyDescriptor<(batch: readonly Received<unknown>[]) => Promise<void>> = {
    configurable: true,
    writable: true,
    value(this: AllEventsConsumer, batch) {
      return this.keep(event, batch)
    },
  }
  Object.defineProperty(AllEventsConsumer.prototype, event.name, descriptor)
  On(event)(AllEventsConsumer.prototype, event.name, descriptor)
}

/** Topics whose key is the order. */
const keyedByOrder = new Set<string>(Object.values(topics).filter(({ key }) => key === 'order').map(({ name }) => name))

function toTold(event: EventDefinition, { cause, payload }: Received<unknown>): Told {
  const facts = payload as JsonObject
  const ofTask = typeof facts['order'] === 'string' ? facts['order'] : null
  return {
    cause,
    fact: {
      eventId: cause.eventId,
      topic: cause.topic,
      type: cause.type,
      name: event.name,
      subject: cause.subject,
      sequence: cause.sequence,
      order: keyedByOrder.has(cause.topic) ? cause.key : ofTask,
      at: cause.time,
      actor: cause.actor,
      payload: facts,
    },
  }
}
