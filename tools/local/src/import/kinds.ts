import type { ServiceName } from '@waybill/contracts'
import { amount, decimal, integer, json, text, words, yesNo, type Column } from './columns.js'

/** A kind of file that can be loaded, row by row, over a service's public API. */
export interface ImportKind {
  readonly name: string
  readonly holds: string
  readonly service: ServiceName
  readonly path: string
  readonly columns: readonly Column[]
  /** Turns the cells read into the API's row, where the file is flatter than the API. */
  readonly shape?: (row: Record<string, unknown>) => Record<string, unknown>
}

const optional = { optional: true } as const
const product = text('product', "the company's own product number")
const location = text('location', 'code of the location')
const currency = text('currency', 'ISO 4217, as in EUR')

const components = (list: unknown): unknown =>
  (list as string[]).map((part) => {
    const [, number = part, quantity = '1'] = /^(.+)\*(\d+)$/.exec(part) ?? []
    return { product: number, quantity: Number(quantity) }
  })

/** Every kind, in the order in which a company loads them: what is named must be there before. */
export const importKinds: readonly ImportKind[] = [
  {
    name: 'channels',
    holds: 'ways customers order by',
    service: 'order',
    path: '/v1/channels/import',
    columns: [
      text('code', 'code of the channel'),
      text('name', 'its name', optional),
      text('brand', 'brand it sells under', optional),
      words('currencies', 'ISO 4217 codes it sells in'),
      text('defaultCurrency', 'the one meant where an order names none; default: the first', optional),
      text('pricing', '`ours`, or `channel` where prices and payment are what the channel took', optional),
      yesNo('pricesIncludeTax', 'prices are with tax', optional),
      json('shipping', '`{"kind":"flat","charges":[{"currency":"EUR","chargeMinor":490,"freeFromMinor":5000}]}`', 'what shipping costs the customer', optional),
      integer('discountPpm', 'discount of orders that bring none, in parts per million', optional),
    ],
  },
  {
    name: 'tax-rates',
    holds: 'tax by country and category, each from a day on',
    service: 'order',
    path: '/v1/tax-rates/import',
    columns: [
      text('country', 'ISO 3166-1 alpha-2, or * for every other'),
      text('region', 'as addresses name it', optional),
      text('category', 'tax category; default standard', optional),
      text('ratePercent', 'per cent, as in 19 or 7.7'),
      text('from', 'day or moment it counts from; default: now', optional),
    ],
  },
  {
    name: 'products',
    holds: 'what is sold and stocked',
    service: 'order',
    path: '/v1/products/import',
    columns: [
      product,
      text('name', 'its name'),
      text('category', 'category, for policies and lists', optional),
      text('brand', 'brand', optional),
      text('gtin', 'barcode of 8 to 14 digits', optional),
      text('taxCategory', 'tax category; default standard', optional),
      yesNo('active', 'can be ordered; default yes', optional),
      yesNo('stocked', 'no: a bundle, only its components leave a shelf', optional),
      words('handling', 'standard, fragile, liquid, chilled, frozen, dangerous, high-value', optional),
      text('handlingInstruction', 'what the picker is told', optional),
      integer('weightGrams', 'weight of one'),
      integer('lengthMm', 'default 100', optional),
      integer('widthMm', 'default 100', optional),
      integer('heightMm', 'default 100', optional),
      yesNo('lotTracked', 'comes in lots', optional),
      integer('minimumRemainingDays', 'days it must be good after delivery', optional),
      text('dangerousGroup', 'dangerous goods group', optional),
      yesNo('lithium', 'contains lithium cells', optional),
      yesNo('food', 'food', optional),
      yesNo('shipAlone', 'in a package of its own', optional),
      words('components', 'of a bundle: `P-1*2|P-2`', optional),
      json('options', '`[{"code":"size","choices":[{"code":"L","priceDeltaMinor":{"EUR":200}}]}]`', 'of a configured product', optional),
    ],
    shape: (row) => (row['components'] === undefined ? row : { ...row, components: components(row['components']) }),
  },
  {
    name: 'prices',
    holds: 'price lists by channel and currency, each from a day on',
    service: 'order',
    path: '/v1/prices/import',
    columns: [text('channel', 'code of the channel'), currency, product, amount('price', 'price of one', 'priceMinor'), text('from', 'day or moment it counts from; default: now', optional)],
  },
  {
    name: 'locations',
    holds: 'sites that ship',
    service: 'inventory',
    path: '/v1/locations/import',
    columns: [
      location,
      text('name', 'its name'),
      text('zone', 'IANA time zone, as in Europe/Berlin'),
      text('country', 'ISO 3166-1 alpha-2'),
      text('postalCode', 'postal code'),
      text('city', 'city'),
      text('street', 'street and number', optional),
      yesNo('ships', 'sends to customers; default yes', optional),
      words('handling', 'handling classes it can take; default all', optional),
      integer('handlingDays', 'working days between request and hand-over; default 0', optional),
      json('calendar', '`{"workdays":[1,2,3,4,5],"opens":"08:00","closes":"18:00","holidays":["2026-12-25"]}`', 'when it works', optional),
    ],
  },
  {
    name: 'bins',
    holds: 'places inside a location',
    service: 'warehouse',
    path: '/v1/bins/import',
    columns: [
      location,
      text('bin', 'code of the bin, as its label says', { field: 'code' }),
      text('kind', '`pick` (default), `receiving` or `blocked`', optional),
      text('aisle', 'aisle', optional),
      integer('bay', 'bay in the aisle', optional),
      integer('level', 'level in the bay', optional),
      integer('walkPosition', 'place in the walk; default: by aisle and bay', optional),
    ],
  },
  {
    name: 'lanes',
    holds: 'services from a location to a country, one row each; `*` serves any other country',
    service: 'shipping',
    path: '/v1/lanes/import',
    columns: [
      location,
      text('country', 'ISO 3166-1 alpha-2, or *'),
      currency,
      text('carrier', 'carrier'),
      text('service', "the carrier's service"),
      text('mode', '`road`, `air`, `water` or `rail`'),
      integer('transitP50Days', 'half of all shipments are there by then'),
      integer('transitP90Days', '90 % are'),
      integer('transitP95Days', '95 % are'),
      words('refusedHandling', 'handling classes it does not take', optional),
      integer('maxWeightGrams', 'heaviest package', optional),
      integer('maxLengthMm', 'longest side', optional),
      amount('valueCap', 'the most that the goods may be worth', 'valueCapMinor', optional),
      text('cutOff', 'HH:mm at the location'),
      amount('basePrice', 'price of a package', 'baseMinor'),
      amount('pricePerKg', 'price of a kilogram of chargeable weight', 'perKgMinor'),
      integer('divisor', 'cubic centimetres that count as a kilogram; default 5000', optional),
      integer('stepGrams', 'chargeable weight is rounded up to it; default 500', optional),
      decimal('onTimeRate', 'part that comes in time; default 0.95', optional),
      decimal('damageRate', 'part that comes damaged; default 0.005', optional),
      integer('distanceKm', 'distance, for emissions'),
    ],
  },
  {
    name: 'stock',
    holds: 'first counts: what lies where',
    service: 'inventory',
    path: '/v1/stock/import',
    columns: [
      product, location, text('lot', 'lot', optional), text('expiresOn', 'YYYY-MM-DD, good through the end of that day', optional),
      text('bin', 'bin it lies in; default RECEIVING', optional), integer('units', 'pieces'),
    ],
  },
  {
    name: 'supply',
    holds: 'what is on its way to a location',
    service: 'inventory',
    path: '/v1/supplies/import',
    columns: [text('supply', "the company's own number, a purchase order's say"), product, location, integer('units', 'pieces'), text('availableOn', 'first day on which they can be promised, YYYY-MM-DD')],
  },
  {
    name: 'materials',
    holds: 'packing materials and cartons, with what is there of each',
    service: 'warehouse',
    path: '/v1/materials/import',
    columns: [
      text('material', 'code of the material'),
      text('name', 'its name'),
      text('kind', 'what it is used as: carton, insulated-box, coolant, wrap, fill, bag, absorbent, mark, seal'),
      integer('gramsPerUnit', 'weight of one'),
      integer('innerLengthMm', 'of boxes', optional),
      integer('innerWidthMm', 'of boxes', optional),
      integer('innerHeightMm', 'of boxes', optional),
      integer('outerLengthMm', 'of boxes', optional),
      integer('outerWidthMm', 'of boxes', optional),
      integer('outerHeightMm', 'of boxes', optional),
      text('location', 'where a delivery of it came', optional),
      integer('units', 'pieces of that delivery', optional),
      text('receipt', 'number of that delivery, counted once', optional),
    ],
  },
  {
    name: 'policies',
    holds: 'rules on returns',
    service: 'after-sales',
    path: '/v1/policies/import',
    columns: [
      text('policy', 'name of the policy'),
      text('scope', '`product`, `category`, `brand`, `channel` or `all`'),
      text('scopeValue', 'which one; empty for all', optional),
      text('validFrom', 'first day, YYYY-MM-DD', optional),
      text('validTo', 'last day', optional),
      integer('windowDays', 'days after delivery to ask for a return'),
      yesNo('excluded', 'cannot be returned at all', optional),
      yesNo('autoApprove', 'no person needs to look; default yes', optional),
      yesNo('refundShipping', 'shipping is refunded too', optional),
      json('fees', '`[{"kind":"restocking","fixedMinor":500,"percent":10}]`', 'what is kept back', optional),
    ],
  },
]
