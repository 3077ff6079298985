import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { request, type Namespace, type StartedService } from '@waybill/testing'
import { service } from '../src/service.js'

/** The order service of a test, with channels, products and prices in it. */
export interface OrderHouse {
  readonly app: StartedService
  readonly api: ReturnType<typeof request>
  /** Posts as the channel `web`, or as whoever is said. */
  place(order: unknown, options?: Parameters<ReturnType<typeof request>['post']>[2]): Promise<Answer>
}
type Answer = Awaited<ReturnType<ReturnType<typeof request>['post']>>

const operator = { role: 'operator', name: 'Olga' } as const

export const web = { role: 'channel', name: 'web', channel: 'web' } as const
export { operator }

/** Starts the service and declares: channels web and yen (ours) and market; products P-1 to P-3, bundle B-1, configured C-1, inactive P-off; prices in EUR and JPY; 19 % tax in DE. */
export async function orderHouse(ns: Namespace, env: Readonly<Record<string, string>> = {}): Promise<OrderHouse> {
  const app = await ns.start(service, { env })
  const api = patient(request(app.url))
  const declare = async (path: string, rows: readonly unknown[]) => {
    const { status, body } = await api.post(`/v1/${path}/import`, { rows }, operator)
    const refused = (body.outcomes ?? []).filter((outcome: { status: string }) => outcome.status === 'refused')
    if (status !== 200 || refused.length > 0) throw new Error(`${path}: ${status} ${JSON.stringify(refused.length > 0 ? refused : body)}`)
  }
  await declare('channels', [
    { code: 'web', name: 'Web shop', brand: 'Acme', currencies: ['EUR', 'JPY', 'KWD'], shipping: { kind: 'flat', charges: [{ currency: 'EUR', chargeMinor: 490, freeFromMinor: 5_000 }] } },
    { code: 'plain', currencies: ['EUR', 'JPY', 'KWD'] },
    { code: 'market', currencies: ['EUR'], pricing: 'channel', pricesIncludeTax: true },
  ])
  await declare('products', [
    ...['P-1', 'P-2', 'P-3'].map((product) => ({ product, name: `Product ${product}`, weightGrams: 500 })),
    { product: 'P-off', name: 'Gone', weightGrams: 500, active: false },
    { product: 'B-1', name: 'Bundle', weightGrams: 1_500, stocked: false, components: [{ product: 'P-1' }, { product: 'P-2', quantity: 2 }] },
    {
      product: 'C-1', name: 'Gift', weightGrams: 500,
      options: [{ code: 'box', choices: [{ code: 'plain' }, { code: 'gift', name: 'gift box', priceDeltaMinor: { EUR: 500 }, component: { product: 'P-3' } }] }],
    },
  ])
  const from = '2020-01-01'
  await declare('prices', [
    ...['web', 'plain'].flatMap((channel) => [
      { channel, currency: 'EUR', product: 'P-1', priceMinor: 1_000, from },
      { channel, currency: 'EUR', product: 'P-2', priceMinor: 250, from },
      { channel, currency: 'EUR', product: 'P-off', priceMinor: 250, from },
      { channel, currency: 'EUR', product: 'B-1', priceMinor: 1_400, from },
      { channel, currency: 'EUR', product: 'C-1', priceMinor: 2_000, from },
      { channel, currency: 'JPY', product: 'P-1', priceMinor: 1_200, from },
      { channel, currency: 'KWD', product: 'P-1', priceMinor: 3_255, from },
    ]),
  ])
  await declare('tax-rates', [{ country: 'DE', ratePercent: '19', from }])
  return { app, api, place: (order, options = {}) => api.post('/v1/orders', order, { ...web, ...options }) }
}

/** Calls again when told that the service is too busy, as a channel does: tests share their machine. */
function patient(api: ReturnType<typeof request>): ReturnType<typeof request> {
  const again = async (call: () => Promise<Answer>): Promise<Answer> => {
    for (let times = 0; ; times += 1) {
      const answer = await call()
      if (!isTooBusy(answer) || times === 20) return answer
      await wait(1_000)
    }
  }
  return { ...api, post: (path, body, options) => again(() => api.post(path, body, options)), get: (path, options) => again(() => api.get(path, options)) }
}

export const isTooBusy = ({ status, body }: { readonly status: number; readonly body: { readonly code?: string } }): boolean => status === 503 && body.code === 'overloaded'

export const newReference = (): string => `R-${randomUUID()}`
