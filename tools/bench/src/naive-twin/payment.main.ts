// The naive twin's payment service: authorizes what is reserved.
import { Controller } from '@nestjs/common'
import { EventPattern, Payload } from '@nestjs/microservices'
import { DataSource } from 'typeorm'
import { Payment } from './entities.js'
import { handleOnce, publish, startTwin, type TwinMessage } from './platform.js'

interface StockReserved extends TwinMessage {
  readonly totalMinor: number
  readonly paymentToken: string
}

@Controller()
class PaymentController {
  constructor(private readonly dataSource: DataSource) {}

  @EventPattern('twin.stock-reserved')
  async reserved(@Payload() message: StockReserved): Promise<void> {
    const { orderId, totalMinor, paymentToken } = message
    const { PAYMENTS_URL, PAYMENTS_KEY } = process.env
    const response = await fetch(`${PAYMENTS_URL}/v1/authorizations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${PAYMENTS_KEY}`, 'idempotency-key': orderId },
      body: JSON.stringify({ token: paymentToken, amountMinor: totalMinor, currency: 'EUR', reference: orderId }),
    })
    if (!response.ok) throw new Error(`The provider answers ${response.status}`)
    const { authorization } = (await response.json()) as { authorization: string }
    await handleOnce(this.dataSource, message, async (manager) => {
      await manager.save(manager.create(Payment, { orderId, authorization, amountMinor: totalMinor }))
      await publish(manager, 'twin.payment-authorized', { orderId })
    })
  }
}

await startTwin('twin-payment', [Payment], PaymentController)
