import type { SentOrder, World } from '@waybill/verify'
import { isForged } from './messages/forged.js'

/** A world without what only forged facts are about: what they leave on topics proves nothing about the services. */
export function withoutForged(world: World): World {
  return {
    query: (service, sql, values) => world.query(service, sql, values),
    records: async () => (await world.records()).filter(({ key, subject, eventId }) => ![key, subject, eventId].some((text) => text !== null && isForged(text))),
    providerOperations: () => world.providerOperations(),
    carrierPackages: () => world.carrierPackages(),
    sentOrders: (): Promise<readonly SentOrder[]> => world.sentOrders(),
    forget: () => world.forget(),
  }
}
