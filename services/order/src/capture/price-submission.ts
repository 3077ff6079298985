import { asId, MINOR_MAX, splitByLargestRemainder, UNITS_MAX, type ProductId } from '@waybill/kernel'
import type { Channel } from '../channels/channel.js'
import { configure, type Configured } from '../catalogue/configure.js'
import type { Product } from '../catalogue/product.js'
import type { MoneyRun, OrderedLine, PlacedOrder, PlacedPayment, StockedLine } from '../orders/placed-order.js'
import { freezeMoney, type LineTax, type PricedLine } from '../pricing/freeze-money.js'
import { shippingCharge } from '../pricing/shipping-charge.js'
import { refusal, refuse, type Fault, type Refusal } from '../reading/fault.js'
import type { Submission, SubmittedLine } from './submission.js'
import type { Terms } from './terms.js'

/** What an order comes to, held against channel, catalogue and prices. */
export type PricedOrder = Omit<PlacedOrder, 'order' | 'contentHash'>

/** Bounds the size of an order's messages. */
const STOCKED_LINES_MAX = 1_000
/** What all lines of an order may take in a message, as JSON. Unit: bytes. */
const LINES_BYTES_MAX = 640 * 1024
/** Fewer lines than this always fit. */
const LINES_SURE = 100
/** A channel's clock may be ahead of ours by this much. */
const AHEAD_MS_MAX = 5 * 60_000
const ONE = 1_000_000n

/** A line with all that the catalogue and the price list say to it. */
interface KnownLine extends PricedLine {
  readonly submitted: SubmittedLine
  readonly product: Product
  readonly configured: Configured
  readonly goodsMinor: bigint
}

/** Prices an order and checks every amount that came with it, to the minor unit. */
export function priceSubmission(submission: Submission, terms: Terms): PricedOrder | Refusal {
  const channel = terms.channel(submission.channel)
  if (!channel) return refuse('unknown-channel', '/channel', 'No such channel sells here')
  const currency = submission.currency ?? channel.defaultCurrency
  if (!channel.currencies.includes(currency)) return refuse('invalid-currency', '/currency', `The channel sells in ${channel.currencies.join(', ')}`)
  if (submission.placedAt !== null && submission.placedAt.getTime() > terms.now.getTime() + AHEAD_MS_MAX)
    return refuse('invalid-date', '/placedAt', 'The order was placed in the future')

  const faults: Fault[] = []
  const lines = submission.lines.flatMap((line, index) => {
    const known = knownLine(line, channel, currency, submission, terms)
    if (!('code' in known)) return [known]
    faults.push({ ...known, pointer: `/lines/${index}${known.pointer}` })
    return []
  })
  const [first, ...others] = faults
  if (first) return refusal([first, ...others])
  if (lines.reduce((sum, { configured }) => sum + configured.parts.length, 0) > STOCKED_LINES_MAX)
    return refuse('too-many-lines', '/lines', `The lines and their components come to more than ${STOCKED_LINES_MAX}`)

  const goodsMinor = lines.reduce((sum, line) => sum + line.goodsMinor, 0n)
  if (goodsMinor > MINOR_MAX) return refuse('invalid-amount', '/lines', `An order is worth at most ${MINOR_MAX} minor units`)
  const discountMinor = submission.discountMinor ?? (channel.pricing === 'ours' ? (goodsMinor * BigInt(channel.discountPpm)) / ONE : 0n)
  if (discountMinor > goodsMinor) return refuse('invalid-amount', '/discountMinor', `The discount is more than the goods, ${goodsMinor}`)
  const shippingMinor =
    channel.pricing === 'channel' ? (submission.shippingMinor ?? 0n) : shippingCharge(channel.shipping, currency, goodsMinor - discountMinor, submission.shippingMinor)
  if (submission.shippingMinor !== null && submission.shippingMinor !== shippingMinor)
    return refuse('amount-mismatch', '/shippingMinor', `Shipping is ${shippingMinor}`)
  const money = freezeMoney(lines, {
    pricesIncludeTax: channel.pricesIncludeTax,
    discountMinor,
    shippingMinor,
    shippingTax: shippingTaxOf(channel, submission, terms),
  })
  const overtaxed = money.lines.findIndex((runs) => taxOf(runs) > worthOf(runs, channel))
  if (overtaxed >= 0) return refuse('invalid-amount', `/lines/${overtaxed}/taxMinor`, 'The tax is more than what is left of the line after the discount')
  if (money.totals.totalMinor > MINOR_MAX) return refuse('invalid-amount', '/totalMinor', `An order is worth at most ${MINOR_MAX} minor units`)
  const payment = checkAmounts(submission, channel, lines, money)
  if ('code' in payment) return payment

  const orderedLines = lines.map((line, index) => orderedLine(line, index + 1, money.lines[index] ?? []))
  const allStocked = lines.flatMap((line, index) => stockedLines(line, index + 1, money.lines[index] ?? [], channel.code, currency, terms))
  if (orderedLines.length > LINES_SURE && bytesOf([orderedLines, allStocked]) > LINES_BYTES_MAX)
    return refuse('too-many-lines', '/lines', `The lines take more than ${LINES_BYTES_MAX} bytes: split the order`)
  return {
    channel: asId(channel.code),
    reference: submission.reference,
    brand: channel.brand,
    placedAt: submission.placedAt ?? terms.now,
    currency,
    customer: submission.customer,
    deliveryAddress: submission.deliveryAddress,
    preference: submission.preference,
    forbiddenModes: submission.forbiddenModes,
    priority: submission.priority,
    payment,
    orderedLines,
    stockedLines: allStocked,
    totals: money.totals,
  }
}

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? Number(part) : part))).length

function knownLine(submitted: SubmittedLine, channel: Channel, currency: string, { deliveryAddress }: Submission, terms: Terms): KnownLine | Fault {
  const product = terms.product(submitted.product)
  // the same words for both: whether a number exists is nobody's business
  if (!product?.isActive) return { code: 'unknown-product', pointer: '/product', detail: 'No such product is sold here' }
  const configured = configure(product, submitted.options, currency)
  if ('code' in configured) return { code: configured.code, pointer: `/options/${printable(configured.option)}`, detail: configured.detail }
  const gone = configured.parts.find((part) => !terms.product(part.product)?.isActive)
  if (gone) return { code: 'unknown-product', pointer: '/product', detail: 'No such product is sold here' }
  if (configured.parts.some((part) => part.quantity * submitted.units > UNITS_MAX))
    return { code: 'invalid-quantity', pointer: '/units', detail: `A line takes at most ${UNITS_MAX} pieces of a component` }
  const price = linePrice(submitted, channel, currency, configured, terms)
  if (typeof price !== 'bigint') return price
  const goodsMinor = price * BigInt(submitted.units)
  if (goodsMinor > MINOR_MAX) return { code: 'invalid-amount', pointer: '/units', detail: `A line is worth at most ${MINOR_MAX} minor units` }
  if (submitted.taxMinor !== null && submitted.taxMinor > goodsMinor) return { code: 'invalid-amount', pointer: '/taxMinor', detail: `The tax is more than the line, ${goodsMinor}` }
  const tax: LineTax = channel.pricing === 'channel' ? { takenMinor: submitted.taxMinor ?? 0n } : { ratePpm: terms.taxPpm(deliveryAddress, product.taxCategory) }
  return { submitted, product, configured, units: submitted.units, priceMinor: price, goodsMinor, tax }
}

function linePrice(line: SubmittedLine, channel: Channel, currency: string, { priceDeltaMinor }: Configured, terms: Terms): bigint | Fault {
  if (channel.pricing === 'channel')
    return line.unitPriceMinor ?? { code: 'required', pointer: '/unitPriceMinor', detail: 'The channel says its prices' }
  const listed = terms.priceMinor(channel.code, currency, line.product)
  if (listed === undefined) return { code: 'price-missing', pointer: '/product', detail: `The channel has no price for it in ${currency} now` }
  const price = listed + priceDeltaMinor
  if (price < 0n) return { code: 'price-missing', pointer: '/options', detail: 'These choices take more off than the product costs' }
  if (line.unitPriceMinor !== null && line.unitPriceMinor !== price) return { code: 'amount-mismatch', pointer: '/unitPriceMinor', detail: `The unit price is ${price}` }
  return price
}

const shippingTaxOf = (channel: Channel, { deliveryAddress }: Submission, terms: Terms): LineTax => {
  if (channel.pricing === 'channel' || channel.shipping.kind === 'none') return { takenMinor: 0n }
  return { ratePpm: terms.taxPpm(deliveryAddress, channel.shipping.taxCategory) }
}

/** Holds the amounts that the channel told against ours, and says where the money is. */
function checkAmounts(submission: Submission, channel: Channel, lines: readonly KnownLine[], money: ReturnType<typeof freezeMoney>): PlacedPayment | Refusal {
  const { totalMinor } = money.totals
  const wrongTax = lines.findIndex(({ submitted }, index) => submitted.taxMinor !== null && submitted.taxMinor !== taxOf(money.lines[index] ?? []))
  if (wrongTax >= 0) return refuse('amount-mismatch', `/lines/${wrongTax}/taxMinor`, `The tax of the line is ${taxOf(money.lines[wrongTax] ?? [])}`)
  if (submission.totalMinor !== null && submission.totalMinor !== totalMinor)
    return refuse('amount-mismatch', '/totalMinor', `The parts come to ${totalMinor}, the total says ${submission.totalMinor}`)
  const { token, capturedMinor } = submission.payment
  if (channel.pricing === 'ours')
    return capturedMinor === null ? { by: 'provider', token } : refuse('payment-not-expected', '/payment/capturedMinor', 'Orders of this channel are paid here')
  if (token !== null) return refuse('payment-not-expected', '/payment/token', 'Orders of this channel are paid there')
  if (submission.totalMinor === null) return refuse('required', '/totalMinor', 'The channel says the total it told its customer')
  if (capturedMinor === null) return refuse('required', '/payment/capturedMinor', 'The channel says what it took from its customer')
  if (capturedMinor !== totalMinor) return refuse('amount-mismatch', '/payment/capturedMinor', `The order costs ${totalMinor}, the channel took ${capturedMinor}`)
  return { by: 'channel', capturedMinor }
}

/** What the units cost after the discount, with tax if the channel's prices hold it. */
const worthOf = (runs: readonly MoneyRun[], { pricesIncludeTax }: Channel): bigint =>
  runs.reduce((sum, run) => sum + (pricesIncludeTax ? run.netMinor + run.taxMinor : run.netMinor) * BigInt(run.units), 0n)

const taxOf = (runs: readonly MoneyRun[]): bigint => runs.reduce((sum, run) => sum + run.taxMinor * BigInt(run.units), 0n)

const orderedLine = ({ product, submitted }: KnownLine, line: number, money: readonly MoneyRun[]): OrderedLine => ({
  line,
  product: asId<ProductId>(product.number),
  description: [product.name, ...chosenNames(product, submitted.options)].join(', ').slice(0, 500),
  category: product.category,
  units: submitted.units,
  money,
})

const chosenNames = (product: Product, options: Readonly<Record<string, string>>): string[] =>
  product.options.flatMap((option) => option.choices.filter(({ code }) => code === options[option.code]).map(({ name }) => name))

/** The line's worth is shared among its parts by what they cost alone; by pieces where one of them has no price. */
function stockedLines(line: KnownLine, number: number, money: readonly MoneyRun[], channel: string, currency: string, terms: Terms): StockedLine[] {
  const { parts } = line.configured
  const worth = money.reduce((sum, run) => sum + (run.netMinor + run.taxMinor) * BigInt(run.units), 0n)
  const pieces = parts.map(({ quantity }) => BigInt(quantity))
  const prices = parts.length === 1 ? pieces : parts.map(({ product, quantity }) => (terms.priceMinor(channel, currency, product) ?? 0n) * BigInt(quantity))
  const shares = splitByLargestRemainder(worth, prices.every((price) => price > 0n) ? prices : pieces)
  return parts.map(({ product, quantity }, index) => ({
    line: number,
    stockedLine: `${number}.${index + 1}`,
    product: asId<ProductId>(product),
    units: quantity * line.units,
    perParent: quantity,
    valueMinor: shares[index] ?? 0n,
  }))
}

const printable = (name: string): string => name.replace(/[^\x20-\x7e]/g, '?').replaceAll('~', '~0').replaceAll('/', '~1')
