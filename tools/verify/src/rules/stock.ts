import { NAMED_MAX, type Rule, type Violation } from '../rule.js'

interface Drift {
  product: string
  location: string
  on_hand: string | null
  rebuilt_on_hand: string
  blocked: string | null
  rebuilt_blocked: string
  reserved: string | null
  rebuilt_reserved: string
}

const driftOf = (row: Drift): string => `on hand ${row.on_hand ?? 0} but ledger ${row.rebuilt_on_hand}, blocked ${row.blocked ?? 0} but ledger ${row.rebuilt_blocked}`

const at = ({ product, location }: { product: string; location: string }): string => `${product} at ${location}`

/** G1, by what inventory's own ledger says. */
export const stockEqualsLedger: Rule = {
  id: 'G1',
  promise: 'Stock counters equal the double-entry ledger, per product, location and lot',
  settles: false,
  async check(world) {
    const levels = await world.query<Drift>('inventory', `SELECT * FROM stock_drift WHERE coalesce(on_hand, 0) <> rebuilt_on_hand OR coalesce(blocked, 0) <> rebuilt_blocked LIMIT ${NAMED_MAX}`)
    const lots = await world.query<Drift & { lot: string }>('inventory', `SELECT * FROM lot_drift LIMIT ${NAMED_MAX}`)
    return [
      ...levels.map((row) => ({ subject: at(row), what: driftOf(row) })),
      ...lots.map((row) => ({ subject: `${at(row)} lot ${row.lot || '(none)'}`, what: driftOf(row) })),
    ]
  },
}

/** G1, across the two services that hold goods. */
export const binsEqualStock: Rule = {
  id: 'G1',
  promise: 'What bins hold plus what is in hand equals inventory\'s on hand',
  settles: true,
  async check(world) {
    const inventory = await world.query<{ product: string; location: string; units: number }>('inventory', 'SELECT product, location, on_hand AS units FROM stock_level')
    const warehouse = await world.query<{ product: string; location: string; units: string; in_bins: string; in_hand: string }>('warehouse', 'SELECT * FROM stock_in_house')
    const inHouse = new Map(warehouse.map((row) => [at(row), row]))
    const onHand = new Map(inventory.map((row) => [at(row), row.units]))
    return [...new Set([...inHouse.keys(), ...onHand.keys()])].flatMap((place): Violation[] => {
      const house = inHouse.get(place)
      const stock = onHand.get(place) ?? 0
      return Number(house?.units ?? 0) === stock ? [] : [{ subject: place, what: `inventory has ${stock} on hand, the warehouse ${house?.in_bins ?? 0} in bins and ${house?.in_hand ?? 0} in hand` }]
    })
  },
}

/** G2. */
export const noOversell: Rule = {
  id: 'G2',
  promise: 'No counter is negative, no more is reserved than can be sold, and open reservations sum to what is reserved',
  settles: false,
  async check(world) {
    const levels = await world.query<{ product: string; location: string; on_hand: number; blocked: number; reserved: number }>(
      'inventory',
      `SELECT product, location, on_hand, blocked, reserved FROM stock_level WHERE on_hand < 0 OR blocked < 0 OR reserved < 0 OR reserved > on_hand - blocked LIMIT ${NAMED_MAX}`,
    )
    const drifts = await world.query<Drift>('inventory', `SELECT * FROM stock_drift WHERE coalesce(reserved, 0) <> rebuilt_reserved LIMIT ${NAMED_MAX}`)
    return [
      ...levels.map((row) => ({ subject: at(row), what: `on hand ${row.on_hand}, blocked ${row.blocked}, reserved ${row.reserved}` })),
      ...drifts.map((row) => ({ subject: at(row), what: `reserved ${row.reserved ?? 0} but open reservations sum to ${row.rebuilt_reserved}` })),
    ]
  },
}

/** G4. */
export const oneReservationPerGrant: Rule = {
  id: 'G4',
  promise: 'Each grant of a line exists once and ends once; a line has reserved and consumed what its grants say',
  settles: false,
  async check(world) {
    const twice = await world.query<{ order_id: string; stocked_line: string; grant_number: number; times: string }>(
      'inventory',
      `SELECT order_id, stocked_line, grant_number, count(*) AS times FROM reservation GROUP BY 1, 2, 3 HAVING count(*) > 1 LIMIT ${NAMED_MAX}`,
    )
    const over = await world.query<{ order_id: string; stocked_line: string; grant_number: number; units: number; ended: number; status: string }>(
      'inventory',
      `SELECT order_id, stocked_line, grant_number, units, consumed + released AS ended, status FROM reservation
       WHERE consumed + released > units OR (status IN ('HELD', 'FIRM')) <> (consumed + released < units) LIMIT ${NAMED_MAX}`,
    )
    const lines = await world.query<{ order_id: string; stocked_line: string; reserved: number; consumed: number; granted: string; taken: string }>(
      'inventory',
      `SELECT order_id, stocked_line, coalesce(n.reserved, 0) AS reserved, coalesce(n.consumed, 0) AS consumed, coalesce(r.granted, 0) AS granted, coalesce(r.taken, 0) AS taken
       FROM need_line n
       FULL JOIN (SELECT order_id, stocked_line, sum(units - consumed - released) AS granted, sum(consumed) AS taken FROM reservation GROUP BY 1, 2) r USING (order_id, stocked_line)
       WHERE coalesce(n.reserved, 0) <> coalesce(r.granted, 0) OR coalesce(n.consumed, 0) <> coalesce(r.taken, 0) LIMIT ${NAMED_MAX}`,
    )
    const phases = await world.query<{ order_id: string; stocked_line: string; reserved: number; undecided: number; phase: string }>(
      'inventory',
      `SELECT order_id, stocked_line, reserved, undecided, phase FROM need_drift WHERE reserved = rebuilt_reserved LIMIT ${NAMED_MAX}`,
    )
    return [
      ...twice.map((row) => ({ subject: lineOf(row), what: `grant ${row.grant_number} exists ${row.times} times` })),
      ...over.map((row) => ({ subject: lineOf(row), what: `grant ${row.grant_number} of ${row.units} unit(s) is ${row.status} and ended with ${row.ended}` })),
      ...lines.map((row) => ({ subject: lineOf(row), what: `reserved ${row.reserved} but open grants hold ${row.granted}, consumed ${row.consumed} but grants say ${row.taken}` })),
      ...phases.map((row) => ({ subject: lineOf(row), what: `has ${row.reserved} reserved and ${row.undecided} undecided in an order that is ${row.phase}` })),
    ]
  },
}

const lineOf = ({ order_id, stocked_line }: { order_id: string; stocked_line: string }): string => `order ${order_id} line ${stocked_line}`
