import type { LocationId, OrderId, ProductId } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { KnownProduct, Lane, Site } from '../sourcing/atlas.js'
import type { FulfillmentNeed, Grant, NeedLine, OrderNeed, Share } from '../stock/order-need.js'
import type { NeedRows } from '../stock/order-needs.js'
import type { PromisedBefore } from '../stock/stock-book.js'
import type { StockLevel, StockLot } from '../stock/stock-level.js'
import type { Supply } from '../supply/supply.js'

/** Days come as text from the pool (libs/service-kit); columns are named as the business names them. */
const ORDER = `o.order_id as "order", o.phase, o.channel, o.country, o.forbidden_modes as "forbiddenModes", o.priority,
  o.placed_at as "placedAt", o.received_at as "receivedAt", o.plan_refusals as "planRefusals"`
const LINE = `n.order_id as "order", n.line, n.stocked_line as "stockedLine", n.product, n.units, n.per_parent as "perParent", n.undecided,
  n.reserved, n.backordered, n.consumed, n.dropped, n.grants, n.avoid, n.promised_on as "promisedOn", n.supply, n.backordered_at as "backorderedAt"`
const GRANT = `r.order_id as "order", r.line, r.stocked_line as "stockedLine", r.grant_number as "grant", r.product, r.location, r.units,
  r.consumed, r.released, r.status, r.granted_at as "grantedAt"`
const SUPPLY = `id, code, product, location, units, received, available_on as "availableOn"`

/** Locks the stock of these products against every other change, in one order. */
export async function lockProducts(tx: Tx, products: readonly ProductId[]): Promise<void> {
  const lock = () => tx.query<{ product: ProductId }>('inventory.gate.lock', 'select product from stock_gate where product = any($1) order by product for update', [products])
  const known = new Set((await lock()).map(({ product }) => product))
  if (known.size === products.length) return
  const missing = products.filter((product) => !known.has(product))
  await tx.query('inventory.gate.make', 'insert into stock_gate (product) select product from unnest($1::text[]) as t (product) order by product on conflict do nothing', [missing])
  await lock()
}

/** Products of bundles that are open with any of these: to serve a bundle, all of it has to be locked. */
export async function bundleMates(tx: Tx, products: readonly ProductId[]): Promise<ProductId[]> {
  const rows = await tx.query<{ product: ProductId }>(
    'inventory.bundle.mates',
    `select distinct mate.product from need_line n join need_line mate on mate.order_id = n.order_id and mate.line = n.line
     where n.product = any($1) and n.bundled and (n.backordered > 0 or n.reserved > 0)`,
    [products],
  )
  return rows.map(({ product }) => product)
}

export const productsOfOrders = async (tx: Tx, orders: readonly OrderId[]): Promise<ProductId[]> =>
  (await tx.query<{ product: ProductId }>('inventory.order.products', 'select distinct product from need_line where order_id = any($1)', [orders])).map(({ product }) => product)

export const productsOfSupplies = async (tx: Tx, supplies: readonly string[]): Promise<ProductId[]> =>
  (await tx.query<{ product: ProductId }>('inventory.supply.products', 'select distinct product from supply where id = any($1)', [supplies])).map(({ product }) => product)

export const levelsOf = (tx: Tx, products: readonly ProductId[]): Promise<StockLevel[]> =>
  tx.query(
    'inventory.level.lock',
    `select product, location, on_hand as "onHand", blocked, reserved, safety from stock_level where product = any($1)
     order by product, location for update`,
    [products],
  )

export async function lotsOf(tx: Tx, products: readonly ProductId[], named: readonly (string | null)[]): Promise<StockLot[]> {
  return tx.query(
    'inventory.lot.read',
    `select product, location, nullif(lot, '') as lot, expires_on as "expiresOn", on_hand as "onHand", blocked from stock_lot
     where product = any($1) and (on_hand > 0 or lot = any($2))`,
    [products, named.map((lot) => lot ?? '')],
  )
}

export const sites = (tx: Tx): Promise<Site[]> =>
  tx.query(
    'inventory.site.read',
    'select location, zone, ships, handling, exists (select from lane where lane.location = location.location) as "hasLanes" from location',
  )

export const lanesTo = (tx: Tx, countries: readonly string[]): Promise<Lane[]> =>
  tx.query('inventory.lane.read', `select location, country, services from lane where country = any($1) or country = '*'`, [countries])

export const knownProducts = (tx: Tx, products: readonly ProductId[]): Promise<KnownProduct[]> =>
  tx.query('inventory.product.read', 'select product, handling, lot_tracked as "lotTracked" from product where product = any($1)', [products])

/** Orders with everything that is open of them. */
export async function wholeOrders(tx: Tx, orders: readonly OrderId[]): Promise<NeedRows> {
  const [needs, lines, grants, fulfillments, shares] = [
    await tx.query<OrderNeed>('inventory.order.read', `select ${ORDER} from reservation_order o where o.order_id = any($1)`, [orders]),
    await tx.query<NeedLine>('inventory.line.read', `select ${LINE} from need_line n where n.order_id = any($1)`, [orders]),
    await tx.query<Grant>('inventory.grant.read', `select ${GRANT} from reservation r where r.order_id = any($1) and r.status in ('HELD', 'FIRM')`, [orders]),
    await tx.query<FulfillmentNeed>(
      'inventory.fulfillment.read',
      'select fulfillment, order_id as "order", location, status from fulfillment_need where order_id = any($1)',
      [orders],
    ),
    await tx.query<Share>(
      'inventory.share.read',
      `select fulfillment, order_id as "order", location, stocked_line as "stockedLine", units, consumed, dropped, displaced
       from fulfillment_share where order_id = any($1)`,
      [orders],
    ),
  ]
  return { orders: needs, lines, grants, fulfillments, shares }
}

/**
 * The orders whose promises would have to move first if a level lost as many units as it promises too much: the youngest, held before firm
 * before requested. Without those already read: their rows may say what this decision has changed since.
 */
export async function youngestAt(
  tx: Tx,
  excess: readonly { readonly product: ProductId; readonly location: LocationId; readonly units: number }[],
  read: readonly OrderId[],
): Promise<OrderId[]> {
  const rows = await tx.query<{ order: OrderId }>(
    'inventory.grant.youngest',
    `select distinct young.order_id as "order" from unnest($1::text[], $2::text[], $3::int[]) as level (product, location, units)
     cross join lateral (
       select r.order_id from reservation r join reservation_order o using (order_id)
       where r.product = level.product and r.location = level.location and r.status in ('HELD', 'FIRM') and r.order_id <> all($4::uuid[])
       order by case when o.phase = 'HELD' then 0
                     when not exists (select from fulfillment_share s where s.order_id = r.order_id and s.stocked_line = r.stocked_line
                                      and s.location = r.location and s.units > s.consumed + s.dropped + s.displaced) then 1
                     else 2 end,
                r.granted_at desc, r.order_id desc
       limit level.units) as young`,
    [excess.map(({ product }) => product), excess.map(({ location }) => location), excess.map(({ units }) => units), read],
  )
  return rows.map(({ order }) => order)
}

/** All groups that wait for any of these products, with all their lines. */
export async function queueOf(tx: Tx, products: readonly ProductId[]): Promise<NeedRows> {
  const lines = await tx.query<NeedLine>(
    'inventory.queue.lines',
    `select ${LINE} from need_line n
     where (n.order_id, n.line) in (select order_id, line from need_line where product = any($1) and backordered > 0)`,
    [products],
  )
  const ids = [...new Set(lines.map(({ order }) => order))]
  const orders = ids.length === 0 ? [] : await tx.query<OrderNeed>('inventory.order.read', `select ${ORDER} from reservation_order o where o.order_id = any($1)`, [ids])
  return { orders, lines }
}

/** What those who wait for these products were promised, summed by destination and day. */
export const promisedBefore = (tx: Tx, products: readonly ProductId[]): Promise<PromisedBefore[]> =>
  tx.query(
    'inventory.queue.promised',
    `select n.product, o.country, n.promised_on as day, sum(n.backordered)::int as units from need_line n join reservation_order o using (order_id)
     where n.product = any($1) and n.backordered > 0 and n.promised_on is not null group by n.product, o.country, n.promised_on`,
    [products],
  )

export const outstandingSupplies = (tx: Tx, products: readonly ProductId[]): Promise<Supply[]> =>
  tx.query('inventory.supply.outstanding', `select ${SUPPLY} from supply where product = any($1) and units > received`, [products])

export const suppliesNamed = (tx: Tx, ids: readonly string[], codes: readonly string[], products: readonly ProductId[]): Promise<Supply[]> =>
  tx.query('inventory.supply.named', `select ${SUPPLY} from supply where id = any($1) or (code = any($2) and product = any($3))`, [ids, codes, products])

/** What imported files said last of these places. */
export async function importedCounts(tx: Tx, keys: readonly string[]): Promise<{ readonly key: string; readonly units: number }[]> {
  const rows = await tx.query<{ key: string; units: number }>(
    'inventory.imported.read',
    `select asked.key, c.units from unnest($1::text[]) as asked (key)
     join stock_count_imported c on c.product = asked.key::jsonb ->> 0 and c.location = asked.key::jsonb ->> 1
       and c.lot = asked.key::jsonb ->> 2 and c.bin = asked.key::jsonb ->> 3`,
    [keys],
  )
  return rows
}
