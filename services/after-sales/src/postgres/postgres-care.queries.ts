import { Injectable } from '@nestjs/common'
import { asId, type OrderId } from '@waybill/kernel'
import { UnitOfWork } from '@waybill/service-kit'
import { CareQueries, type FeedbackView, type PageFrom, type ReturnableLine, type ReturnView } from '../care/care.queries.js'
import { newCare, type CaredShipment, type PlacedFacts } from '../care/order-care.js'
import { returnableUntil } from '../policies/return-policy.js'
import { returnableUnits } from '../returns/request-return.js'
import type { Return } from '../returns/return.js'

@Injectable()
export class PostgresCareQueries extends CareQueries {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  returns(filter: { readonly order: string | undefined; readonly status: string | undefined }, page: PageFrom): Promise<readonly ReturnView[]> {
    return this.uow.query<ReturnView>(
      'list-returns',
      `SELECT return_id AS return, order_id AS "order", status, by, policy, rule, location, send_back_until::text AS "sendBackUntil", refunded_minor::float8 AS "refundedMinor",
              to_char(requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "requestedAt", lines
       FROM return_case
       WHERE ($1::uuid IS NULL OR order_id = $1) AND ($2::text IS NULL OR status = $2) AND ($3::uuid IS NULL OR return_id < $3)
       ORDER BY return_id DESC LIMIT $4`,
      [filter.order ?? null, filter.status ?? null, page.after, page.limit],
    )
  }

  feedback(
    filter: { readonly order: string | undefined; readonly product: string | undefined; readonly package: string | undefined; readonly carrier: string | undefined },
    page: PageFrom,
  ): Promise<readonly FeedbackView[]> {
    return this.uow.query<FeedbackView>(
      'list-feedback',
      `SELECT feedback_id AS feedback, order_id AS "order", shipment_id AS shipment, status, carrier, products, packages, csat, nps, coalesce(causes, '{}') AS causes, words AS text,
              to_char(answered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "answeredAt"
       FROM feedback
       WHERE ($1::uuid IS NULL OR order_id = $1) AND ($2::text IS NULL OR products @> ARRAY[$2::text]) AND ($3::text IS NULL OR packages @> ARRAY[$3::text])
         AND ($4::text IS NULL OR carrier = $4) AND ($5::uuid IS NULL OR feedback_id < $5)
       ORDER BY feedback_id DESC LIMIT $6`,
      [filter.order ?? null, filter.product ?? null, filter.package ?? null, filter.carrier ?? null, page.after, page.limit],
    )
  }

  async returnable(order: string): Promise<readonly ReturnableLine[] | undefined> {
    const [row] = await this.uow.query<{ placed: PlacedFacts | null; shipments: CaredShipment[]; returns: Pick<Return, 'id' | 'status' | 'lines'>[] }>(
      'returnable',
      `SELECT c.placed, c.shipments,
              coalesce((SELECT jsonb_agg(jsonb_build_object('id', r.return_id, 'status', r.status, 'lines', r.lines)) FROM return_case r WHERE r.order_id = c.order_id), '[]') AS returns
       FROM order_care c WHERE c.order_id = $1`,
      [order],
    )
    if (!row?.placed) return undefined
    const care = { ...newCare(asId<OrderId>(order)), placed: row.placed, shipments: row.shipments, returns: row.returns as Return[] }
    return row.placed.lines.map(({ line, product, policy }) => {
      const { units, shipments } = returnableUnits(care, line)
      const days = shipments.flatMap(({ deliveredOn }) => (deliveredOn ? [returnableUntil(policy, deliveredOn)] : [])).sort()
      return { line, product, returnableUnits: policy.excluded ? 0 : units.length, until: days[0] ?? null }
    })
  }
}
