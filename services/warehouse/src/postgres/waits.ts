import type { Waits } from '@waybill/service-kit'
import { restMax, type FulfillmentStatus } from '../fulfillments/fulfillment.js'
import { packageTransitions, type PackageStatus } from '../packing/package.js'
import { pickTaskTransitions, type PickTaskStatus } from '../picking/pick-task.js'

const HOUR_MS = 3_600_000

const waitsFor: Readonly<Record<FulfillmentStatus, string>> = {
  REQUESTED: 'the location\'s data and a plan of shipping',
  PLANNED: 'a wave',
  IN_WAVE: 'a picker',
  PICKING: 'its last scan',
  PICKED: 'a packer',
  PACKING: 'its last package',
  PACKED: 'labels',
  LABELLED: 'the carrier',
  ON_HOLD: 'the hold to be lifted',
  HANDED_OVER: '',
  SHORT: '',
  REJECTED: '',
  CANCELLED: '',
}

const fulfillmentState = (status: FulfillmentStatus) => {
  const rest = restMax[status]
  return rest === null ? null : { waitsFor: waitsFor[status], within: `${rest / HOUR_MS} h`, then: 'a person is asked why it rests', by: status === 'REQUESTED' ? ['fulfillment-rests', 'location-unknown'] : ['fulfillment-rests'] }
}

const fulfillments: Waits<FulfillmentStatus> = {
  what: 'fulfillment',
  states: Object.fromEntries(Object.keys(restMax).map((status) => [status, fulfillmentState(status as FulfillmentStatus)])) as Waits<FulfillmentStatus>['states'],
  resting: `SELECT id::text AS subject, status, order_id, status_since AS since FROM fulfillments WHERE status NOT IN ('HANDED_OVER', 'SHORT', 'REJECTED', 'CANCELLED')`,
}

/** What belongs to a fulfillment waits with it. */
const withFulfillment = <Status extends string>(table: Readonly<Record<Status, object>>, what: string): Waits<Status>['states'] =>
  Object.fromEntries(
    (Object.keys(table) as Status[]).map((status) => [
      status,
      Object.keys(table[status]).length === 0 ? null : { waitsFor: `the people at work on its fulfillment (${what})`, within: 'the limit of the fulfillment', then: 'a person is asked why the fulfillment rests', by: ['fulfillment-rests', 'pick-list-idle'] },
    ]),
  ) as Waits<Status>['states']

const pickTasks: Waits<PickTaskStatus> = {
  what: 'pick task',
  states: withFulfillment(pickTaskTransitions, 'pick task'),
  resting: `SELECT f.id::text AS subject, t.status, f.order_id, f.status_since AS since FROM pick_tasks t JOIN fulfillments f ON f.id = t.fulfillment
    WHERE t.status IN ('CREATED', 'ASSIGNED') AND f.status NOT IN ('HANDED_OVER', 'SHORT', 'REJECTED', 'CANCELLED')`,
}

const packages: Waits<PackageStatus> = {
  what: 'package',
  states: withFulfillment(packageTransitions, 'package'),
  resting: `SELECT f.id::text AS subject, p.status, f.order_id, f.status_since AS since FROM packages p JOIN fulfillments f ON f.id = p.fulfillment
    WHERE p.status NOT IN ('HANDED_OVER', 'CANCELLED') AND f.status NOT IN ('HANDED_OVER', 'SHORT', 'REJECTED', 'CANCELLED')`,
}

/** All that waits in this service. */
export const waits: readonly Waits[] = [fulfillments, pickTasks, packages]
