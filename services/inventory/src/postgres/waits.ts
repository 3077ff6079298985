import type { Waits } from '@waybill/service-kit'
import type { Phase, ReservationStatus } from '../stock/order-need.js'

const ordersProcess = (waitsFor: string, wait: string) => ({ waitsFor, within: 'the limit of the order\'s wait', then: 'the order process confirms, ends or asks a person', by: { service: 'order', wait } })

const orders: Waits<Phase> = {
  what: 'order in inventory',
  states: {
    WAITING: { waitsFor: 'data of a product or lane', within: 'looked at again at growing distances', then: 'it is answered without what is missing', by: ['waiting-order'] },
    HELD: ordersProcess('the order\'s confirmation', 'payment-window-ended'),
    FIRM: ordersProcess('its units to leave', 'dispatch-overdue'),
    REFUSED: null,
    CLOSED: null,
  },
  resting: `SELECT order_id::text AS subject, phase AS status, order_id, received_at AS since FROM reservation_order WHERE phase = 'WAITING'`,
}

const reservations: Waits<ReservationStatus> = {
  what: 'reservation',
  states: { HELD: ordersProcess('the order\'s confirmation', 'payment-window-ended'), FIRM: ordersProcess('its units to leave', 'dispatch-overdue'), CONSUMED: null, RELEASED: null },
  resting: null,
}

/** Units of a line that wait for supply; the subject is the group of stocked lines that is served together. */
const backorders: Waits<'BACKORDERED'> = {
  what: 'backorder',
  states: { BACKORDERED: { waitsFor: 'supply', within: 'the day it is promised for, or the patience for an unknown one', then: 'a person is asked', by: ['backorder-due'] } },
  resting: `SELECT DISTINCT n.order_id || '/' || n.line AS subject, 'BACKORDERED' AS status, n.order_id, n.backordered_at AS since
    FROM need_line n JOIN reservation_order o USING (order_id) WHERE n.backordered > 0 AND o.phase IN ('HELD', 'FIRM')`,
}

const supplies: Waits<'ANNOUNCED'> = {
  what: 'supply',
  states: { ANNOUNCED: { waitsFor: 'the goods', within: 'the day after they were announced for', then: 'a receiver is asked', by: ['supply-overdue'] } },
  resting: `SELECT id::text AS subject, 'ANNOUNCED' AS status, NULL::uuid AS order_id, announced_at AS since FROM supply WHERE units > received`,
}

/** All that waits in this service. */
export const waits: readonly Waits[] = [orders, reservations, backorders, supplies]
