import type { FlatCharge, ShippingRule } from '../pricing/shipping-charge.js'
import { STANDARD_TAX } from '../pricing/tax.js'
import { isCurrency } from '../reading/currency.js'
import { refusal, refuse, type Fault, type Refusal } from '../reading/fault.js'
import { FieldReader, isObject } from '../reading/field-reader.js'
import { isCode, CODE_FORM } from '../reading/code.js'
import { channelFault, type Channel } from './channel.js'

const CURRENCIES_MAX = 50

/** Reads the declaration of a channel. Refuses with every fault found. */
export function readChannel(body: unknown): Channel | Refusal {
  if (!isObject(body)) return refuse('object-expected', '', 'A channel is a JSON object')
  const faults: Fault[] = []
  const reader = new FieldReader(body, '', faults)
  const code = reader.checked('code', 'invalid-value', CODE_FORM, isCode)
  const currencies = reader.texts('currencies', CURRENCIES_MAX, 'invalid-currency', 'an ISO 4217 code such as EUR', isCurrency)
  if (currencies.length === 0 && faults.length === 0) reader.refuse('currencies', 'required', 'A channel sells in at least one currency')
  const channel: Channel = {
    code,
    name: reader.textOrNull('name', 200) ?? code,
    brand: reader.textOrNull('brand', 64),
    currencies: [...new Set(currencies)],
    defaultCurrency: reader.checkedOrNull('defaultCurrency', 'invalid-currency', 'an ISO 4217 code such as EUR', isCurrency) ?? currencies[0] ?? '',
    pricing: reader.word('pricing', ['ours', 'channel'], 'ours'),
    pricesIncludeTax: reader.boolean('pricesIncludeTax', false),
    shipping: readShipping(reader.object('shipping', false)),
    discountPpm: reader.integer('discountPpm', 0, 1_000_000, 0),
  }
  reader.nothingElse()
  const [first, ...others] = faults
  if (first) return refusal([first, ...others])
  const inconsistent = channelFault(channel)
  return inconsistent ? refusal([inconsistent]) : channel
}

function readShipping(reader: FieldReader): ShippingRule {
  const kind = reader.word('kind', ['none', 'given', 'flat'], 'none')
  const taxCategory = reader.textOrNull('taxCategory', 64) ?? STANDARD_TAX
  const charges = reader.objects('charges', CURRENCIES_MAX).map(readCharge)
  reader.nothingElse()
  switch (kind) {
    case 'none':
      return { kind }
    case 'given':
      return { kind, taxCategory }
    case 'flat':
      return { kind, taxCategory, charges }
    default:
      return kind satisfies never
  }
}

function readCharge(reader: FieldReader): FlatCharge {
  const charge = {
    currency: reader.checked('currency', 'invalid-currency', 'an ISO 4217 code such as EUR', isCurrency),
    chargeMinor: reader.amount('chargeMinor'),
    freeFromMinor: reader.amountOrNull('freeFromMinor'),
  }
  reader.nothingElse()
  return charge
}
