import { invariant, splitByLargestRemainder } from '@waybill/kernel'
import type { MoneyRun, Totals } from '../orders/placed-order.js'
import { splitOverRuns } from './split-over-runs.js'
import { taxOn, taxWithin } from './tax.js'

/** An ordered line with its price, before anything is split. Unit: minor units. */
export interface PricedLine {
  readonly units: number
  /** Of one unit, with or without tax as the channel's prices are. */
  readonly priceMinor: bigint
  readonly tax: LineTax
}

/** Our rate, or the tax that a channel took for the whole line. */
export type LineTax = { readonly ratePpm: number } | { readonly takenMinor: bigint }

export interface OrderCharges {
  readonly pricesIncludeTax: boolean
  readonly discountMinor: bigint
  readonly shippingMinor: bigint
  readonly shippingTax: LineTax
}

/** One row of the order's tax table. Rows of one rate are rounded once; their units sum to the row. */
interface TaxRow {
  /** Unit: millionths; null: as the channel took it. */
  readonly ratePpm: number | null
  readonly taxMinor: bigint
}

export interface FrozenMoney {
  /** For each line, the money of its units in runs. */
  readonly lines: readonly (readonly MoneyRun[])[]
  readonly taxTable: readonly TaxRow[]
  readonly totals: Totals
}

/** Neighbouring units of a line while their money is being found. `amount` and `charge` hold tax if prices do. */
interface Piece {
  readonly units: number
  readonly amountMinor: bigint
  readonly chargeMinor: bigint
  readonly taxMinor: bigint
  readonly shippingTaxMinor: bigint
}

/**
 * Freezes the money of every unit: the order's discount and shipping charge go to lines by worth and then evenly to
 * units, tax is rounded once per rate and split to what it was taken on. All parts sum to their wholes, to the cent.
 * Expects: discount <= goods. Source: domain D12.
 */
export function freezeMoney(lines: readonly PricedLine[], charges: OrderCharges): FrozenMoney {
  const goods = lines.map(({ units, priceMinor }) => priceMinor * BigInt(units))
  invariant(charges.discountMinor >= 0n && charges.discountMinor <= sum(goods), 'a discount takes no more than the goods are worth')
  const discounts = splitByLargestRemainder(charges.discountMinor, goods)
  const amounts = goods.map((minor, index) => minor - (discounts[index] ?? 0n))
  const shipping = splitByLargestRemainder(charges.shippingMinor, amounts)
  const taxed = splitTax(lines, amounts, charges)
  const shippingTaxes = splitByLargestRemainder(taxed.shippingMinor, shipping)

  const frozen = lines.map((line, index) => {
    const whole: Piece = { units: line.units, amountMinor: 0n, chargeMinor: 0n, taxMinor: 0n, shippingTaxMinor: 0n }
    let pieces = spread([whole], amounts[index] ?? 0n, () => 1n, 'amountMinor')
    pieces = spread(pieces, shipping[index] ?? 0n, () => 1n, 'chargeMinor')
    pieces = spread(pieces, taxed.linesMinor[index] ?? 0n, (piece) => piece.amountMinor, 'taxMinor')
    pieces = spread(pieces, shippingTaxes[index] ?? 0n, (piece) => piece.chargeMinor, 'shippingTaxMinor')
    return pieces.map((piece) => toRun(piece, line.priceMinor, charges.pricesIncludeTax))
  })
  return { lines: frozen, taxTable: taxed.table, totals: totalsOf(frozen) }
}

/** Tax of each line and of the shipping charge: one rounding per rate over all that carries it. */
function splitTax(lines: readonly PricedLine[], amounts: readonly bigint[], charges: OrderCharges) {
  const bearers = [...lines.map(({ tax }, index) => ({ tax, base: amounts[index] ?? 0n })), { tax: charges.shippingTax, base: charges.shippingMinor }]
  const taxes = bearers.map(({ tax }) => ('takenMinor' in tax ? tax.takenMinor : 0n))
  const taken = sum(taxes)
  const table: TaxRow[] = taken > 0n ? [{ ratePpm: null, taxMinor: taken }] : []
  const rates = new Set(bearers.flatMap(({ tax }) => ('ratePpm' in tax ? [tax.ratePpm] : [])))
  for (const ratePpm of rates) {
    const group = bearers.map(({ tax, base }, index) => ({ tax, base, index })).filter(({ tax }) => 'ratePpm' in tax && tax.ratePpm === ratePpm)
    const base = sum(group.map((bearer) => bearer.base))
    const taxMinor = charges.pricesIncludeTax ? taxWithin(base, ratePpm) : taxOn(base, ratePpm)
    if (taxMinor === 0n) continue
    table.push({ ratePpm, taxMinor })
    const parts = splitByLargestRemainder(taxMinor, group.map((bearer) => bearer.base))
    group.forEach(({ index }, part) => (taxes[index] = parts[part] ?? 0n))
  }
  return { linesMinor: taxes.slice(0, -1), shippingMinor: taxes.at(-1) ?? 0n, table }
}

/** Splits an amount over a line's units; a piece whose units get different parts becomes two. */
function spread(pieces: readonly Piece[], minor: bigint, weightOf: (piece: Piece) => bigint, field: keyof Omit<Piece, 'units'>): Piece[] {
  const shares = splitOverRuns(minor, pieces.map((piece) => ({ units: piece.units, weight: weightOf(piece) })))
  return pieces.flatMap((piece, index) => (shares[index] ?? []).map((share) => ({ ...piece, units: share.units, [field]: share.minor })))
}

const toRun = (piece: Piece, priceMinor: bigint, pricesIncludeTax: boolean): MoneyRun => ({
  units: piece.units,
  netMinor: pricesIncludeTax ? piece.amountMinor - piece.taxMinor : piece.amountMinor,
  taxMinor: piece.taxMinor,
  discountMinor: priceMinor - piece.amountMinor,
  shippingMinor: pricesIncludeTax ? piece.chargeMinor - piece.shippingTaxMinor : piece.chargeMinor,
  shippingTaxMinor: piece.shippingTaxMinor,
})

/** The sums over all units of all lines. */
function totalsOf(lines: readonly (readonly MoneyRun[])[]): Totals {
  const runs = lines.flat()
  const over = (field: keyof Omit<MoneyRun, 'units'>) => runs.reduce((total, run) => total + run[field] * BigInt(run.units), 0n)
  const parts = {
    netMinor: over('netMinor'),
    taxMinor: over('taxMinor'),
    discountMinor: over('discountMinor'),
    shippingMinor: over('shippingMinor'),
    shippingTaxMinor: over('shippingTaxMinor'),
  }
  return { ...parts, totalMinor: parts.netMinor + parts.taxMinor + parts.shippingMinor + parts.shippingTaxMinor }
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, minor) => total + minor, 0n)
