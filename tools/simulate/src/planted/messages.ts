import { FulfillmentHandedOver, ShipmentPlanned } from '@waybill/contracts'
import type { Fact } from '../world/bus.js'
import type { PlantedBug } from './bug.js'

/** The process dies in one of so many sends. */
const DIES_EVERY = 9

const missingInbox: PlantedBug = {
  name: 'missing inbox',
  what: 'the warehouse handles a message as often as it comes',
  breaks: 'G1',
  plant: ({ warehouse }) => warehouse.alter((service) => void (service.admitEvent = () => true)),
}

const parkedKeyGoesOn: PlantedBug = {
  name: 'parked key goes on',
  what: 'what follows a parked message of the same key is handled before it',
  breaks: 'G12',
  plant: ({ services }) => {
    for (const each of services) each.alter((service) => void (service.isWaiting = () => false))
  },
}

const offsetsBeforeWork: PlantedBug = {
  name: 'offsets before the work',
  what: 'the broker is told that messages are done before they are',
  breaks: 'G12',
  plant: (house) => {
    const deliver = house.deliver.bind(house)
    house.deliver = async (service, queue, most, fault) => {
      const group = house.groupOf(service)
      const { head } = queue
      await deliver(service, queue, most, fault)
      if (queue.head === head) {
        queue.position++
        group.moved(queue)
      }
      group.commit()
    }
  },
}

const swallowedError: PlantedBug = {
  name: 'swallowed error',
  what: 'a consumer of order catches every error and goes on',
  breaks: 'G12',
  plant: ({ order }) =>
    order.alterProcess(({ events }) => {
      for (const [type, handler] of events) events.set(type, (batch) => handler(batch).catch(() => undefined))
    }),
}

const wrongOrder: PlantedBug = {
  name: 'wrong order of facts',
  what: 'the relay sends what it read from the last to the first',
  breaks: 'G12',
  plant: (house) => {
    house.relay = ({ journal, process }, most) => {
      const rows = journal.slice(process.sent, process.sent + most)
      for (const fact of rows.toReversed()) house.bus.append(fact)
      process.sent += rows.length
    }
  },
}

const cursorBeforeSend: PlantedBug = {
  name: 'cursor before the send',
  what: 'the relay notes what it is about to send as sent, and now and then dies in between',
  breaks: 'G12',
  plant: (house) => {
    const relay = house.relay.bind(house)
    let times = 0
    house.relay = (service, most) => {
      service.cursor = Math.min(service.journal.length, service.process.sent + most)
      if (++times % DIES_EVERY === 0) service.crash()
      else relay(service, most)
    }
  },
}

const toldOutside: PlantedBug = {
  name: 'told outside the transaction',
  what: 'what inventory tells stays told when the transaction is rolled back',
  breaks: 'G1',
  plant: ({ inventory }) =>
    inventory.alter((service) => {
      const append = service.append.bind(service)
      service.append = (told) => append(told, [])
    }),
}

const notTold: PlantedBug = {
  name: 'committed and not told',
  what: 'the warehouse hands parcels over and forgets to tell',
  breaks: 'G19',
  plant: ({ warehouse }) =>
    warehouse.alter((service) => {
      const append = service.append.bind(service)
      service.append = (told, undo) => append(told.filter(({ event }) => event.type !== FulfillmentHandedOver.type), undo)
    }),
}

const earlyFactDropped: PlantedBug = {
  name: 'early fact dropped',
  what: 'the warehouse lets the plan fall of a fulfillment that it has not heard of yet',
  breaks: 'G16',
  plant: ({ warehouse }) =>
    warehouse.alterProcess((process) => {
      const handler = process.events.get(ShipmentPlanned.type)
      const isKnown = ({ payload }: { readonly payload: unknown }): boolean => [...process.service.database.table('fulfillments').where('id', (payload as Fact['payload'])['fulfillment'])].length > 0
      process.events.set(ShipmentPlanned.type, async (batch) => {
        const known = batch.filter(isKnown)
        if (known.length > 0) await handler?.(known)
        await process.change(
          batch.filter((each) => !known.includes(each)),
          () => Promise.resolve(),
        )
      })
    }),
}

/** What goes wrong between a journal and an inbox. */
export const messageBugs: readonly PlantedBug[] = [missingInbox, parkedKeyGoesOn, offsetsBeforeWork, swallowedError, wrongOrder, cursorBeforeSend, toldOutside, notTold, earlyFactDropped]
