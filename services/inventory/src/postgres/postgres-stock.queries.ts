import { Injectable } from '@nestjs/common'
import { dayIn, type BusinessDate, type LocationId, type OrderId, type ProductId } from '@waybill/kernel'
import { Clock, UnitOfWork } from '@waybill/service-kit'
import { availabilityOf } from '../backorders/availability.js'
import type { OrderNeed } from '../stock/order-need.js'
import { available, type StockLevel, type StockLot } from '../stock/stock-level.js'
import { StockQueries, type Availability, type OrderStock, type StockView, type WaitingLine } from '../stock/stock.queries.js'
import type { Supply } from '../supply/supply.js'

const LEVEL = `product, location, on_hand as "onHand", blocked, reserved, safety`
const SUPPLY = `id, code, product, location, units, received, available_on as "availableOn"`

@Injectable()
export class PostgresStockQueries extends StockQueries {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly clock: Clock,
  ) {
    super()
  }

  async availability(product: ProductId, channel: string | null, location: LocationId | undefined): Promise<Availability> {
    const where = [product, location ?? null]
    const [levels, supplies, promised] = await Promise.all([
      this.uow.query<StockLevel>('inventory.q.levels', `select ${LEVEL} from stock_level where product = $1 and ($2::text is null or location = $2)`, where),
      this.uow.query<Supply>(
        'inventory.q.outstanding',
        `select ${SUPPLY} from supply where product = $1 and ($2::text is null or location = $2) and units > received`,
        where,
      ),
      this.uow.query<{ units: number; availableOn: BusinessDate }>(
        'inventory.q.promised',
        `select backordered as units, promised_on as "availableOn" from need_line
         where product = $1 and backordered > 0 and promised_on is not null order by promised_on`,
        [product],
      ),
    ])
    return availabilityOf(product, channel, levels, supplies, promised, dayIn('UTC', this.clock.now()))
  }

  async stock(
    { product, location }: { readonly product: ProductId | undefined; readonly location: LocationId | undefined },
    after: readonly [string, string] | undefined,
    limit: number,
  ): Promise<StockView[]> {
    const levels = await this.uow.query<StockLevel>(
      'inventory.q.stock',
      `select ${LEVEL} from stock_level where ($1::text is null or product = $1) and ($2::text is null or location = $2)
         and ($3::text is null or (product, location) > ($3, $4)) order by product, location limit $5`,
      [product ?? null, location ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
    )
    const lots = await this.uow.query<StockLot>(
      'inventory.q.lots',
      `select product, location, nullif(lot, '') as lot, expires_on as "expiresOn", on_hand as "onHand", blocked from stock_lot
       where product = any($1) and on_hand > 0 order by expires_on nulls last, lot`,
      [levels.map((level) => level.product)],
    )
    return levels.map((level) => ({
      ...level,
      available: available(level),
      lots: lots
        .filter((lot) => lot.product === level.product && lot.location === level.location)
        .map(({ lot, expiresOn, onHand, blocked }) => ({ lot, expiresOn, onHand, blocked })),
    }))
  }

  supplies(
    { product, isOutstanding }: { readonly product: ProductId | undefined; readonly isOutstanding: boolean | undefined },
    after: readonly [string, string] | undefined,
    limit: number,
  ): Promise<Supply[]> {
    return this.uow.query(
      'inventory.q.supplies',
      `select ${SUPPLY} from supply where ($1::text is null or product = $1) and ($2::bool is null or (units > received) = $2)
         and ($3::date is null or (available_on, id) > ($3, $4::uuid)) order by available_on, id limit $5`,
      [product ?? null, isOutstanding ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
    )
  }

  backorders(product: ProductId | undefined, after: readonly [number, string, string, string] | undefined, limit: number): Promise<WaitingLine[]> {
    // lines without a date come last: infinity is a date in PostgreSQL
    return this.uow.query(
      'inventory.q.backorders',
      `select n.order_id as "order", n.line, n.stocked_line as "stockedLine", n.product, n.backordered as units, o.priority,
         o.placed_at as "placedAt", n.backordered_at as "backorderedAt",
         extract(day from clock_timestamp() - n.backordered_at)::int as "ageDays", n.promised_on as "availableOn", n.supply
       from need_line n join reservation_order o using (order_id)
       where n.backordered > 0 and ($1::text is null or n.product = $1)
         and ($2::int is null or (-o.priority, coalesce(n.promised_on, 'infinity'), o.placed_at, n.order_id::text || n.stocked_line)
           > (-$2::int, $3::date, $4::timestamptz, $5::text))
       order by -o.priority, coalesce(n.promised_on, 'infinity'), o.placed_at, n.order_id::text || n.stocked_line limit $6`,
      [product ?? null, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, after?.[3] ?? null, limit],
    )
  }

  async order(order: OrderId): Promise<OrderStock | undefined> {
    const [[need], lines, reservations, fulfillments] = await Promise.all([
      this.uow.query<Pick<OrderNeed, 'phase'>>('inventory.q.order', 'select phase from reservation_order where order_id = $1', [order]),
      this.uow.query<OrderStock['lines'][number]>(
        'inventory.q.lines',
        `select line, stocked_line as "stockedLine", product, units, undecided, reserved, backordered, consumed, dropped, promised_on as "availableOn"
         from need_line where order_id = $1 order by line, stocked_line`,
        [order],
      ),
      this.uow.query<OrderStock['reservations'][number]>(
        'inventory.q.reservations',
        `select stocked_line as "stockedLine", grant_number as "grant", location, units, consumed, released, status
         from reservation where order_id = $1 order by stocked_line, grant_number`,
        [order],
      ),
      this.uow.query<OrderStock['fulfillments'][number]>('inventory.q.fulfillments', 'select fulfillment, location, status from fulfillment_need where order_id = $1', [order]),
    ])
    return need && { order, phase: need.phase, lines, reservations, fulfillments }
  }
}
