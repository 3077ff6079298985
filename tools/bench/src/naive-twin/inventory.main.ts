// The naive twin's inventory service: reserves what an order wants, or refuses all of it.
import { Controller } from '@nestjs/common'
import { EventPattern, Payload } from '@nestjs/microservices'
import { DataSource } from 'typeorm'
import { Reservation, Stock } from './entities.js'
import { handleOnce, publish, startTwin, type TwinMessage } from './platform.js'

interface OrderPlaced extends TwinMessage {
  readonly totalMinor: number
  readonly paymentToken: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

@Controller()
class InventoryController {
  constructor(private readonly dataSource: DataSource) {}

  @EventPattern('twin.order-placed')
  async placed(@Payload() message: OrderPlaced): Promise<void> {
    const { orderId, totalMinor, paymentToken } = message
    await handleOnce(this.dataSource, message, async (manager) => {
      const wanted: { readonly stock: Stock; readonly quantity: number }[] = []
      // in one order, so that two messages do not wait for each other
      for (const { sku, quantity } of message.lines.toSorted((a, b) => a.sku.localeCompare(b.sku))) {
        const stock = await manager.findOne(Stock, { where: { sku }, lock: { mode: 'pessimistic_write' } })
        if (!stock || stock.onHand - stock.reserved < quantity) return publish(manager, 'twin.stock-refused', { orderId })
        wanted.push({ stock, quantity })
      }
      for (const { stock, quantity } of wanted) stock.reserved += quantity
      await manager.save(wanted.map(({ stock }) => stock))
      await manager.save(wanted.map(({ stock, quantity }) => manager.create(Reservation, { orderId, sku: stock.sku, quantity })))
      await publish(manager, 'twin.stock-reserved', { orderId, totalMinor, paymentToken })
    })
  }
}

await startTwin('twin-inventory', [Stock, Reservation], InventoryController)
