import * as e from './events.js'
import type { EventDefinition } from './event.js'
import type { ServiceName } from './topics.js'

/** A consumer group: who it is, and the facts it acts on. Other facts of the same topics it ignores and counts. */
export interface ConsumerGroup {
  readonly service: ServiceName
  readonly handles: readonly EventDefinition[]
}

const group = (service: ServiceName, handles: readonly unknown[]): ConsumerGroup => ({ service, handles: handles as readonly EventDefinition[] })

/** Who reads what. The boot of a service refuses handlers that differ from its row here. */
export const consumers: Readonly<Record<string, ConsumerGroup>> = {
  'order.main': group('order', [
    e.OrderSubmitted,
    e.StockReserved, e.StockBackordered, e.ReservationRefused, e.BackorderDateChanged, e.BackorderFilled, e.StockReleased,
    e.FulfillmentRejected, e.FulfillmentShortPicked,
    e.ShipmentPlanRefused, e.ShipmentDispatched, e.ShipmentDelivered, e.ShipmentFailed,
    e.RefundRequested, e.TaskClosed,
    e.LocationPublished, e.LanePublished,
  ]),
  'inventory.main': group('inventory', [
    e.OrderPlaced, e.OrderConfirmed, e.OrderExpired, e.OrderCancelled, e.FulfillmentRequested,
    e.FulfillmentRejected, e.FulfillmentShortPicked, e.DamageReported, e.FulfillmentHandedOver,
    e.ShipmentPlanRefused, e.ReturnDispositioned,
    e.ProductPublished, e.LanePublished,
  ]),
  'warehouse.main': group('warehouse', [
    e.FulfillmentRequested, e.HoldApplied, e.HoldLifted,
    e.ShipmentPlanned, e.ShipmentPlanRefused, e.ShipmentCreated,
    e.StockReceived, e.StockAdjusted, e.StockBlocked, e.StockUnblocked,
    e.ProductPublished, e.LocationPublished,
  ]),
  'shipping.main': group('shipping', [
    e.FulfillmentRequested, e.DeliveryDetailsSet, e.DeliveryDetailsErased,
    e.FulfillmentRejected, e.FulfillmentShortPicked, e.FulfillmentPacked, e.FulfillmentHandedOver,
    e.ProductPublished, e.LocationPublished,
  ]),
  'after-sales.main': group('after-sales', [
    e.OrderPlaced, e.FulfillmentPacked, e.ShipmentDispatched, e.ShipmentDelivered,
    e.PaymentRefunded, e.RefundFailed, e.ChannelRefundDue,
    e.DeliveryDetailsErased,
    e.LocationPublished,
  ]),
  'notification.main': group('notification', [
    e.DeliveryDetailsSet, e.DeliveryDetailsErased,
    e.OrderPlaced, e.OrderConfirmed, e.PromiseChanged, e.OrderExpired, e.OrderCancelled, e.PaymentDeclined, e.PaymentRefunded,
    e.ShipmentDispatched, e.FeedbackRequested, e.ReturnApproved, e.ReturnRejected,
  ]),
  'console.main': group('console', [
    e.OrderPlaced, e.OrderConfirmed, e.FulfillmentRequested, e.OrderCancelled, e.OrderExpired, e.OrderCompleted, e.PromiseChanged, e.HoldApplied, e.HoldLifted,
    e.PaymentAuthorized, e.PaymentDeclined, e.PaymentCaptured, e.CaptureFailed, e.PaymentVoided, e.PaymentRefunded, e.RefundFailed,
    e.StockReserved, e.StockBackordered, e.ReservationRefused, e.BackorderDateChanged, e.BackorderFilled, e.StockReleased, e.StockConsumed,
    e.StockReceived, e.StockAdjusted, e.StockBlocked, e.StockUnblocked, e.SupplyAnnounced, e.SupplyMoved,
    e.FulfillmentAccepted, e.FulfillmentRejected, e.PickingStarted, e.FulfillmentPicked, e.FulfillmentShortPicked, e.DamageReported, e.FulfillmentPacked, e.FulfillmentHandedOver,
    e.ShipmentPlanned, e.ShipmentPlanRefused, e.ShipmentCreated, e.ShipmentDispatched, e.ShipmentTracked, e.ShipmentDelivered, e.ShipmentFailed,
    e.FeedbackRequested, e.FeedbackReceived, e.ReturnRequested, e.ReturnApproved, e.ReturnRejected, e.ReturnReceived, e.ReturnDispositioned, e.RefundRequested, e.ReturnSettled,
    e.ProductPublished, e.LocationPublished, e.LanePublished, e.TaskOpened, e.TaskClosed,
  ]),
}
