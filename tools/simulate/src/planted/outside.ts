import type { House } from '../world/house.js'
import type { PlantedBug } from './bug.js'

const doubleCapture: PlantedBug = {
  name: 'double capture',
  what: 'every try to call the provider has a key of its own, so that asking finds nothing and the call is made again',
  breaks: 'G9',
  plant: ({ provider }) => {
    const nameOf = triesBy()
    const perform = provider.perform.bind(provider)
    provider.perform = (call) => perform({ ...call, id: nameOf(call.id) })
    provider.ask = () => undefined
  },
}

const silenceIsNo: PlantedBug = {
  name: 'silence is a no',
  what: 'a provider that does not answer is taken for one that declines',
  breaks: 'G10',
  plant: ({ order: { outside } }) => {
    const call = outside.call.bind(outside)
    outside.call = <T>(...[caller, label, act, silent]: Parameters<typeof call<T>>) => call(caller, label, act, label.startsWith('ask') ? silent : ({ outcome: 'declined', code: 'no-answer', retryable: true } as T))
  },
}

const wrongAmount: PlantedBug = {
  name: 'wrong amount',
  what: 'every parcel takes all that was authorized',
  breaks: 'G9',
  plant: (house) => {
    const perform = house.provider.perform.bind(house.provider)
    house.provider.perform = (call) => perform(call.kind === 'capture' ? { ...call, amountMinor: authorizedFor(house, call.order) } : call)
  },
}

const authorizedFor = ({ order }: House, id: string): bigint => {
  const [row] = order.database.table('payments').where('order_id', id)
  return BigInt(row?.['authorized_minor'] as number)
}

const doubleLabel: PlantedBug = {
  name: 'double label',
  what: 'every try to buy a label has a key of its own',
  breaks: 'G20',
  plant: ({ carrier }) => {
    const nameOf = triesBy()
    const buy = carrier.buyLabel.bind(carrier)
    carrier.buyLabel = (request, key) => buy(request, nameOf(key))
    carrier.findLabel = () => ({ answer: 'done', value: null })
  },
}

/** The key itself at first, then another one with every try. */
function triesBy(): (key: string) => string {
  const tries = new Map<string, number>()
  return (key) => {
    const before = tries.get(key) ?? 0
    tries.set(key, before + 1)
    return before === 0 ? key : `${key}-${before}`
  }
}

/** What goes wrong with those who are paid and those who carry. */
export const outsideBugs: readonly PlantedBug[] = [doubleCapture, silenceIsNo, wrongAmount, doubleLabel]
