/** Signed links for customers, each to one thing. */
export abstract class CustomerLinks {
  abstract pay(order: string): string
  abstract trackOrder(order: string): string
  abstract trackShipment(shipment: string): string
  abstract feedback(feedback: string): string
  abstract sendBack(order: string): string
}
