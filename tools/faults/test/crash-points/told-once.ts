import { expect } from '@jest/globals'
import { eventOfType, type EventDefinition } from '@waybill/contracts'
import { eventually, type Namespace, type PublishedFact } from '@waybill/testing'
import type { MortalService } from './mortal-service.js'

/**
 * Waits until the topics hold what the service's journal holds, each fact once and no others: a record may lie there twice, its event id
 * tells. Answers the facts of this type.
 */
export async function toldOnce<P>(ns: Namespace, service: MortalService, event: EventDefinition<P>): Promise<readonly PublishedFact<P>[]> {
  return eventually(async () => {
    const written = await service.rows<{ event_id: string; type: string }>('SELECT event_id, type FROM messaging.journal')
    for (const type of new Set(written.map((row) => row.type))) {
      const told = await factsOf(ns, eventOfType(type) ?? event)
      expect(told.map(({ eventId }) => eventId).sort()).toEqual(written.filter((row) => row.type === type).map(({ event_id }) => event_id).sort())
    }
    return factsOf(ns, event)
  }, 20_000)
}

async function factsOf<P>(ns: Namespace, event: EventDefinition<P>): Promise<readonly PublishedFact<P>[]> {
  return [...new Map((await ns.allPublished(event)).map((fact) => [fact.eventId, fact])).values()]
}
