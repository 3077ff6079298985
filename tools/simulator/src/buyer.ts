import type { Api } from '@waybill/local'
import type { Run } from './run.js'

interface Waiting {
  readonly product: string
  readonly units: number
  readonly supply: string | null
}

const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** What is announced comes later than first said, and then it comes. */
const FIRST_SAID_DAYS = 7
const MOVED_DAYS = 10
const EXTRA_UNITS = 20

/** Somebody who buys what is missing: announces supply, has to move its date, and receives it at every location that ships. */
export class Buyer {
  private readonly announced = new Set<string>()
  private orders = 0

  constructor(
    private readonly api: Api,
    private readonly run: Run,
    private readonly locations: readonly string[],
  ) {}

  /** One round: true if there was something to buy. */
  async buy(): Promise<boolean> {
    const { body } = await this.api.send('inventory', 'GET', '/v1/backorders?limit=200', undefined, { role: 'operator' })
    const waiting = (body as { items: Waiting[] }).items
    const units = new Map<string, number>()
    for (const line of waiting) units.set(line.product, (units.get(line.product) ?? 0) + line.units)
    for (const [product, missing] of units) await this.buyProduct(product, missing + EXTRA_UNITS)
    return units.size > 0
  }

  private async buyProduct(product: string, units: number): Promise<void> {
    const isFirst = !this.announced.has(product)
    this.announced.add(product)
    this.orders += 1
    for (const location of this.locations) {
      const supply = `PO-${this.orders}-${product}`
      const announced = await this.api.send('inventory', 'POST', '/v1/supplies', { supply, product, location, units, availableOn: day(FIRST_SAID_DAYS) }, { role: 'operator' })
      if (announced.status >= 300) {
        this.run.trouble(`supply: ${(announced.body as { code: string }).code}`)
        return
      }
      if (isFirst) await this.api.send('inventory', 'POST', `/v1/supplies/${(announced.body as { id: string }).id}/move`, { availableOn: day(MOVED_DAYS) }, { role: 'operator' })
      const received = await this.api.send('inventory', 'POST', '/v1/receipts', { location, supply, lines: [await this.received(product, units)] }, { role: 'receiver' })
      if (received.status >= 300) this.run.trouble(`receipt: ${(received.body as { code: string }).code}`)
    }
  }

  private async received(product: string, units: number): Promise<object> {
    const { body } = await this.api.send('order', 'GET', `/v1/products/${product}`)
    return (body as { lotTracked?: boolean }).lotTracked === true ? { product, units, lot: `N-${this.orders}`, expiresOn: day(365) } : { product, units }
  }
}
