import { expect } from '@jest/globals'
import type { EventDefinition } from '@waybill/contracts'
import { eventually, type Namespace, type PublishedFact } from '@waybill/testing'
import type { MortalService } from './mortal-service.js'

/** Facts of this type on their topic, each once: those of the journal and no others, in the order of each subject. A record may lie there twice; its event id tells. */
export async function toldOnce<P>(ns: Namespace, service: MortalService, event: EventDefinition<P>): Promise<readonly PublishedFact<P>[]> {
  return eventually(async () => {
    const written = await service.rows<{ event_id: string }>('SELECT event_id FROM messaging.journal WHERE type = $1', [event.type])
    const facts = [...new Map((await ns.allPublished(event)).map((fact) => [fact.eventId, fact])).values()]
    expect(facts.map(({ eventId }) => eventId).sort()).toEqual(written.map(({ event_id }) => event_id).sort())
    return facts
  }, 20_000)
}
