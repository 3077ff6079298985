import { Injectable } from '@nestjs/common'
import type { JsonObject, OrderId, ShipmentId } from '@waybill/kernel'
import { UnitOfWork } from '@waybill/service-kit'
import type { Address } from '../shipments/carrier.js'
import { ShipmentQueries, type ChoiceRow, type HistoryRow, type LabelFacts, type ScanRow, type ShipmentView } from '../shipments/shipment-queries.js'
import type { Shipment, ShipmentStatus } from '../shipments/shipment.js'
import { packageColumns, shipmentColumns, toShipment, type PackageRow, type ShipmentRow } from './rows.js'

@Injectable()
export class PostgresShipmentQueries extends ShipmentQueries {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async list(filter: { readonly order?: OrderId; readonly status?: ShipmentStatus; readonly after?: ShipmentId; readonly limit: number }): Promise<readonly Shipment[]> {
    const rows = await this.uow.query<ShipmentRow>(
      'shipments.list',
      `select ${shipmentColumns} from shipments s where ($1::uuid is null or s.order_id = $1) and ($2::text is null or s.status = $2) and ($3::uuid is null or s.id < $3) order by s.id desc limit $4`,
      [filter.order ?? null, filter.status ?? null, filter.after ?? null, filter.limit],
    )
    return this.withPackages(rows)
  }

  async one(id: ShipmentId): Promise<ShipmentView | undefined> {
    const rows = await this.uow.query<ShipmentRow>('shipments.one', `select ${shipmentColumns} from shipments s where s.id = $1`, [id])
    return (await this.views(rows))[0]
  }

  async ofOrder(order: OrderId): Promise<readonly ShipmentView[]> {
    return this.views(await this.uow.query<ShipmentRow>('shipments.of_order', `select ${shipmentColumns} from shipments s where s.order_id = $1 order by s.id`, [order]))
  }

  async choices(id: ShipmentId): Promise<readonly ChoiceRow[]> {
    const rows = await this.uow.query<Omit<ChoiceRow, 'ruledOut'> & { readonly ruled_out: readonly JsonObject[] }>(
      'choices.of_shipment',
      'select stage, at, preference, reason, weights, candidates, ruled_out from choices where shipment = $1 order by at',
      [id],
    )
    return rows.map(({ ruled_out, ...row }) => ({ ...row, ruledOut: ruled_out }))
  }

  async label(id: ShipmentId, sscc: string): Promise<LabelFacts | undefined> {
    const view = await this.one(id)
    const place = view?.shipment.packages.findIndex((each) => each.sscc === sscc) ?? -1
    const found = view?.shipment.packages[place]
    if (!view || !found) return undefined
    const [parties] = await this.uow.query<{ sender: Address; receiver: Address | null }>(
      'shipments.parties',
      `select jsonb_build_object('name', coalesce(l.name, $2), 'phone', null, 'street', null, 'street2', null, 'postalCode', coalesce(l.postal_code, ''), 'city', coalesce(l.city, ''), 'region', null, 'country', coalesce(l.country, '')) as sender,
         case when d.name is not null then jsonb_build_object('name', d.name, 'phone', d.phone, 'street', d.street, 'street2', d.street2, 'postalCode', d.postal_code, 'city', d.city, 'region', d.region, 'country', d.country) end as receiver
       from (select 1) as one left join locations l on l.location = $2::text left join delivery_details d on d.order_id = $1::uuid`,
      [view.shipment.order, view.shipment.location],
    )
    return parties && { shipment: view.shipment, package: found, place: place + 1, from: parties.sender, to: parties.receiver }
  }

  async greeting(order: OrderId): Promise<{ readonly firstName: string; readonly city: string } | undefined> {
    const [row] = await this.uow.query<{ firstName: string; city: string }>(
      'delivery_details.greeting',
      `select split_part(btrim(name), ' ', 1) as "firstName", city from delivery_details where order_id = $1 and erased_at is null`,
      [order],
    )
    return row
  }

  private async withPackages(rows: readonly ShipmentRow[]): Promise<Shipment[]> {
    const packages = await this.uow.query<PackageRow>('packages.list', `select ${packageColumns} from packages p where p.shipment = any($1::uuid[]) order by p.place`, [rows.map(({ id }) => id)])
    return rows.map((row) => toShipment(row, packages.filter(({ shipment }) => shipment === row.id)))
  }

  private async views(rows: readonly ShipmentRow[]): Promise<ShipmentView[]> {
    const ids = rows.map(({ id }) => id)
    const shipments = await this.withPackages(rows)
    const history = await this.uow.query<HistoryRow & { readonly subject: string }>(
      'shipment_history.of',
      `select subject, from_status as "from", to_status as "to", at, cause from shipment_history where subject = any($1::uuid[]) order by subject, seq`,
      [ids],
    )
    const scans = await this.uow.query<ScanRow & { readonly shipment: string }>(
      'scans.of',
      `select shipment, sscc, tracking_number as "trackingNumber", status, reason, place, at from scans where shipment = any($1::uuid[]) order by at, id`,
      [ids],
    )
    return shipments.map((shipment) => ({
      shipment,
      history: history.filter(({ subject }) => subject === shipment.id).map(({ subject: _, ...row }) => row),
      scans: scans.filter((scan) => scan.shipment === shipment.id).map(({ shipment: _, ...row }) => row),
    }))
  }
}
