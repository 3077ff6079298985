import { OrderCancelled, OrderExpired } from '@waybill/contracts'
import type { Database } from '../database/database.js'
import type { Row } from '../database/table.js'
import type { PlantedBug } from './bug.js'

const lostUpdate: PlantedBug = {
  name: 'lost update',
  what: 'inventory counts on from levels as they stood before the last change',
  breaks: 'G1',
  plant: ({ inventory: { database } }) => {
    const read = seenBy()
    database.instead('inventory.level.lock', (own, values, go) => {
      const rows = go()
      const before = read(own).get(String(values[0]))
      read(own).set(String(values[0]), rows)
      return before ?? rows
    })
  },
}

const oversell: PlantedBug = {
  name: 'oversell',
  what: 'inventory sells a unit more than there is, and no constraint is in its way',
  breaks: 'G2',
  plant: ({ inventory: { database } }) => {
    database.dropRule('stock_level', 'stock_level_no_oversell')
    database.instead('inventory.level.lock', (_own, _values, go) => go().map((row) => ({ ...row, onHand: Number(row['onHand']) + 1 })))
    database.instead('inventory.level.write', (own, [products, locations, onHand, ...rest], go) => {
      const isKnown = (place: number): boolean => [...own.table('stock_level').where('product', at(products, place))].some((row) => row['location'] === at(locations, place))
      return go([products, locations, (onHand as number[]).map((units, place) => (isKnown(place) ? units - 1 : units)), ...rest])
    })
  },
}

const releasedTwice: PlantedBug = {
  name: 'released twice',
  what: 'what a reservation gives back is taken off its level twice',
  breaks: 'G2',
  plant: ({ inventory: { database } }) =>
    database.instead('inventory.level.write', (own, [products, locations, onHand, blocked, reserved, safety], go) => {
      const before = (place: number): number => Number([...own.table('stock_level').where('product', at(products, place))].find((row) => row['location'] === at(locations, place))?.['reserved'] ?? 0)
      const twice = (reserved as number[]).map((units, place) => (units < before(place) ? Math.max(0, units - (before(place) - units)) : units))
      return go([products, locations, onHand, blocked, twice, safety])
    }),
}

const cancellationIgnored: PlantedBug = {
  name: 'cancellation ignored',
  what: 'inventory keeps what it keeps for an order that has ended',
  breaks: 'G4',
  plant: ({ inventory }) =>
    inventory.alterProcess((process) => {
      for (const { type } of [OrderCancelled, OrderExpired]) process.events.set(type, async (batch) => void (await process.change(batch, () => Promise.resolve())))
    }),
}

const endLeft: PlantedBug = {
  name: 'end state left',
  what: 'order goes on with orders that have ended',
  breaks: 'G22',
  plant: ({ order: { database } }) => {
    const status = 'CONFIRMED'
    database.instead('order-files.lock', (_own, _values, go) =>
      go().map((row) => (row['status'] === 'PLACED' || row['status'] === status ? row : { ...row, status, process: { ...(row['process'] as object), status } })),
    )
  },
}

const twoOfOne: PlantedBug = {
  name: 'two orders of one',
  what: 'nobody looks whether a channel has handed in an order before',
  breaks: 'G6',
  plant: ({ order: { database } }) => {
    database.dropRule('orders', 'channel, reference')
    database.instead('capture.known', () => [])
    database.instead('capture.claim', (_own, [, , , , orders]) => (orders as string[]).map((order_id) => ({ order_id })))
  },
}

const answerForgotten: PlantedBug = {
  name: 'answer forgotten',
  what: 'inventory does again what it is asked for again under the same key',
  breaks: 'G6',
  plant: ({ inventory }) => inventory.alter((service) => void (service.keepAnswer = () => undefined)),
}

const timerNeverSet: PlantedBug = {
  name: 'timer never set',
  what: 'an order waits for the end of its payment window, and nothing will tell it',
  breaks: 'G7',
  plant: ({ order }) =>
    order.alter(({ timers }) => {
      const set = timers.set.bind(timers)
      timers.set = (timer) => (timer.kind === 'payment-window-ended' ? () => undefined : set(timer))
    }),
}

const timerTakenEarly: PlantedBug = {
  name: 'timer taken early',
  what: 'a timer is gone once it is claimed, whatever comes of its work',
  breaks: 'G7',
  plant: ({ order }) =>
    order.alter(({ timers }) => {
      const claim = timers.claim.bind(timers)
      timers.claim = (timer, now) => {
        const due = claim(timer, now)
        if (due) timers.cancel(timer.kind, timer.subject)
        return due
      }
      timers.consume = () => () => undefined
    }),
}

const at = (values: unknown, place: number): unknown => (values as readonly unknown[])[place]

/** What was read before, database by database. */
function seenBy(): (database: Database) => Map<string, readonly Row[]> {
  const seen = new WeakMap<Database, Map<string, readonly Row[]>>()
  return (database) => {
    const known = seen.get(database) ?? new Map<string, readonly Row[]>()
    seen.set(database, known)
    return known
  }
}

/** What goes wrong between a decision and what it is made on. */
export const stateBugs: readonly PlantedBug[] = [lostUpdate, oversell, releasedTwice, cancellationIgnored, endLeft, twoOfOne, answerForgotten, timerNeverSet, timerTakenEarly]
