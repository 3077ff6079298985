import { Injectable } from '@nestjs/common'
import { Links } from '@waybill/service-kit'
import { CustomerLinks } from '../messages/customer-links.js'

/** Where customers reach the services. */
export abstract class PublicUrls {
  abstract readonly publicUrlOrder: string
  abstract readonly publicUrlShipping: string
  abstract readonly publicUrlAfterSales: string
}

@Injectable()
export class SignedCustomerLinks extends CustomerLinks {
  constructor(
    private readonly urls: PublicUrls,
    private readonly links: Links,
  ) {
    super()
  }

  pay(order: string): string {
    return `${this.urls.publicUrlOrder}/pay/${this.links.sign('pay', order)}`
  }

  trackOrder(order: string): string {
    return `${this.urls.publicUrlShipping}/t/${this.links.sign('order', order)}`
  }

  trackShipment(shipment: string): string {
    return `${this.urls.publicUrlShipping}/t/${this.links.sign('shipment', shipment)}`
  }

  feedback(feedback: string): string {
    return `${this.urls.publicUrlAfterSales}/f/${this.links.sign('feedback', feedback)}`
  }

  sendBack(order: string): string {
    return `${this.urls.publicUrlAfterSales}/r/${this.links.sign('return', order)}`
  }
}
