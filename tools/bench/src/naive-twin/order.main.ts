// The naive twin's order service: takes orders, and confirms them when they are paid.
import { randomUUID } from 'node:crypto'
import { Body, Controller, HttpCode, Post } from '@nestjs/common'
import { EventPattern, Payload } from '@nestjs/microservices'
import { DataSource, In } from 'typeorm'
import { Order, OrderLine, Product } from './entities.js'
import { handleOnce, publish, startTwin, type TwinMessage } from './platform.js'

interface PlaceOrder {
  readonly reference: string
  readonly customer: object
  readonly deliveryAddress: object
  readonly payment: { readonly token: string }
  readonly lines: readonly { readonly product: string; readonly units: number }[]
}

@Controller()
class OrdersController {
  constructor(private readonly dataSource: DataSource) {}

  @Post('v1/orders')
  async place(@Body() body: PlaceOrder): Promise<{ order: string }> {
    return this.dataSource.transaction(async (manager) => {
      const known = await manager.findOneBy(Order, { reference: body.reference })
      if (known) return { order: known.id }
      const products = await manager.findBy(Product, { sku: In(body.lines.map(({ product }) => product)) })
      const prices = new Map(products.map(({ sku, priceMinor }) => [sku, priceMinor]))
      const lines = body.lines.map(({ product, units }) => manager.create(OrderLine, { sku: product, quantity: units, unitPriceMinor: prices.get(product) ?? 0 }))
      const totalMinor = lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0)
      const order = await manager.save(
        manager.create(Order, { id: randomUUID(), reference: body.reference, status: 'PLACED', customer: body.customer, deliveryAddress: body.deliveryAddress, paymentToken: body.payment.token, totalMinor, lines }),
      )
      await publish(manager, 'twin.order-placed', { orderId: order.id, totalMinor, paymentToken: order.paymentToken, lines: lines.map(({ sku, quantity }) => ({ sku, quantity })) })
      return { order: order.id }
    })
  }

  @Post('v1/orders/bulk')
  @HttpCode(200)
  async placeMany(@Body() { orders }: { orders: readonly PlaceOrder[] }): Promise<{ outcomes: object[] }> {
    const outcomes: object[] = []
    for (const [row, order] of orders.entries()) outcomes.push({ row, status: 'created', ...(await this.place(order)) })
    return { outcomes }
  }

  @EventPattern('twin.payment-authorized')
  async paid(@Payload() message: TwinMessage): Promise<void> {
    await this.end(message, 'CONFIRMED')
  }

  @EventPattern('twin.stock-refused')
  async refused(@Payload() message: TwinMessage): Promise<void> {
    await this.end(message, 'REJECTED')
  }

  private async end(message: TwinMessage, status: 'CONFIRMED' | 'REJECTED'): Promise<void> {
    await handleOnce(this.dataSource, message, async (manager) => {
      const order = await manager.findOneOrFail(Order, { where: { id: message.orderId }, lock: { mode: 'pessimistic_write' } })
      order.status = status
      await manager.save(order)
      await publish(manager, status === 'CONFIRMED' ? 'twin.order-confirmed' : 'twin.order-rejected', { orderId: order.id })
    })
  }
}

await startTwin('twin-order', [Order, OrderLine, Product], OrdersController)
