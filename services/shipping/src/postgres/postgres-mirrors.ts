import { Injectable } from '@nestjs/common'
import type { Cause, OrderId } from '@waybill/kernel'
import { UnitOfWork, type Tx } from '@waybill/service-kit'
import type { Location } from '../goods/location.js'
import { Mirrors, type DeliveryDetails } from '../goods/mirrors.js'
import type { Product } from '../goods/product.js'
import { wakeShipments } from './wake-shipments.js'

@Injectable()
export class PostgresMirrors extends Mirrors {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async keepProducts(inputs: readonly { readonly cause: Cause; readonly product: Product }[]): Promise<void> {
    await this.uow.change(inputs, async (tx, fresh) => {
      const latest = [...new Map(fresh.map(({ product }) => [product.product, product])).values()]
      await tx.query(
        'products.keep',
        `insert into products (product, version, handling, weight_grams, length_mm, width_mm, height_mm, lithium, ship_alone)
         select r.product, r.version, array(select jsonb_array_elements_text(r.handling)), r."weightGrams", r."lengthMm", r."widthMm", r."heightMm", r.lithium, r."shipAlone"
         from jsonb_to_recordset($1::jsonb) as r (product text, version integer, handling jsonb, "weightGrams" integer, "lengthMm" integer, "widthMm" integer, "heightMm" integer, lithium boolean, "shipAlone" boolean)
         order by r.product
         on conflict (product) do update set version = excluded.version, handling = excluded.handling, weight_grams = excluded.weight_grams, length_mm = excluded.length_mm,
           width_mm = excluded.width_mm, height_mm = excluded.height_mm, lithium = excluded.lithium, ship_alone = excluded.ship_alone
         where products.version <= excluded.version`,
        [JSON.stringify(latest)],
      )
      const waiting = await tx.query<{ id: string }>('shipments.waiting_for_products', `select id from shipments where status = 'AWAITING_DATA' and products && $1::text[]`, [
        latest.map(({ product }) => product),
      ])
      wakeShipments(tx, waiting)
    })
  }

  async keepLocations(inputs: readonly { readonly cause: Cause; readonly location: Location }[]): Promise<void> {
    await this.uow.change(inputs, async (tx, fresh) => {
      const latest = [...new Map(fresh.map(({ location }) => [location.location, location])).values()]
      await tx.query(
        'locations.keep',
        `insert into locations (location, version, name, zone, country, postal_code, city, handling_days, calendar)
         select r.location, r.version, r.name, r.zone, r.country, r."postalCode", r.city, r."handlingDays", r.calendar
         from jsonb_to_recordset($1::jsonb) as r (location text, version integer, name text, zone text, country text, "postalCode" text, city text, "handlingDays" integer, calendar jsonb)
         order by r.location
         on conflict (location) do update set version = excluded.version, name = excluded.name, zone = excluded.zone, country = excluded.country, postal_code = excluded.postal_code,
           city = excluded.city, handling_days = excluded.handling_days, calendar = excluded.calendar
         where locations.version <= excluded.version`,
        [JSON.stringify(latest)],
      )
      const waiting = await tx.query<{ id: string }>('shipments.waiting_at_locations', `select id from shipments where status = 'AWAITING_DATA' and location = any($1::text[])`, [
        latest.map(({ location }) => location),
      ])
      wakeShipments(tx, waiting)
    })
  }

  async keepDetails(inputs: readonly { readonly cause: Cause; readonly details: DeliveryDetails }[]): Promise<void> {
    await this.uow.change(inputs, async (tx, fresh) => {
      const latest = [...new Map(fresh.map(({ details }) => [details.order, details])).values()]
      await tx.query(
        'delivery_details.keep',
        `insert into delivery_details (order_id, name, phone, street, street2, postal_code, city, region, country)
         select r."order", r.name, r.phone, r.street, r.street2, r."postalCode", r.city, r.region, r.country
         from jsonb_to_recordset($1::jsonb) as r ("order" uuid, name text, phone text, street text, street2 text, "postalCode" text, city text, region text, country text)
         order by r."order"
         on conflict (order_id) do update set name = excluded.name, phone = excluded.phone, street = excluded.street, street2 = excluded.street2,
           postal_code = excluded.postal_code, city = excluded.city, region = excluded.region, country = excluded.country
         where delivery_details.erased_at is null`,
        [JSON.stringify(latest)],
      )
      await wakeOfOrders(tx, latest.map(({ order }) => order))
    })
  }

  async eraseDetails(inputs: readonly { readonly cause: Cause; readonly order: OrderId }[]): Promise<void> {
    await this.uow.change(inputs, async (tx, fresh) => {
      const orders = fresh.map(({ order }) => order)
      await tx.query(
        'delivery_details.erase',
        `insert into delivery_details (order_id, erased_at) select distinct o, $2::timestamptz from unnest($1::uuid[]) as o order by o
         on conflict (order_id) do update set name = null, phone = null, street = null, street2 = null, postal_code = null, city = null, region = null, country = null,
           erased_at = coalesce(delivery_details.erased_at, excluded.erased_at)`,
        [orders, tx.now],
      )
      await wakeOfOrders(tx, orders)
    })
  }
}

async function wakeOfOrders(tx: Tx, orders: readonly OrderId[]): Promise<void> {
  wakeShipments(
    tx,
    await tx.query<{ id: string }>('shipments.waiting_for_details', `select id from shipments where status = 'AWAITING_DETAILS' and order_id = any($1::uuid[])`, [orders]),
  )
}
