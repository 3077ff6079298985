import type { SentOrder, World } from '@waybill/verify'
import { isForged } from './messages/forged.js'

/** As services and channels make them. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A world without what was forged: what lies on topics because nobody of ours said it proves nothing about the services. */
export function withoutForged(world: World): World {
  return {
    query: (service, sql, values) => world.query(service, sql, values),
    records: async () => (await world.records()).filter(({ eventId }) => eventId !== null && UUID.test(eventId) && !isForged(eventId)),
    providerOperations: () => world.providerOperations(),
    carrierPackages: () => world.carrierPackages(),
    sentOrders: (): Promise<readonly SentOrder[]> => world.sentOrders(),
    forget: () => world.forget(),
  }
}
