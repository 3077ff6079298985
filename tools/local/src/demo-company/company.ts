/** The demo company: 3 locations, 200 products of all handling classes, 4 channels, price lists in 2 currencies. Always the same. */

export type Row = Readonly<Record<string, string | number>>

interface Family {
  readonly category: string
  readonly names: readonly string[]
  readonly handling: string
  readonly instruction: string
  readonly grams: number
  readonly mm: readonly [number, number, number]
  readonly priceMinor: number
  readonly more?: Row
}

const sizes = ['small', 'medium', 'large', 'family'] as const

const families: readonly Family[] = [
  { category: 'household', names: ['Towel', 'Cushion', 'Storage box', 'Lamp shade', 'Door mat', 'Clothes line', 'Apron', 'Broom', 'Bucket', 'Basket'], handling: 'standard', instruction: 'No special care.', grams: 400, mm: [250, 200, 80], priceMinor: 1290 },
  { category: 'tools', names: ['Hammer', 'Screwdriver set', 'Tape measure', 'Spirit level', 'Pliers', 'Saw', 'Wrench', 'Chisel'], handling: 'standard', instruction: 'Edges are sharp: hold by the handle.', grams: 650, mm: [300, 100, 50], priceMinor: 1790 },
  { category: 'glass', names: ['Wine glass', 'Vase', 'Salad bowl', 'Tea pot', 'Mirror', 'Picture frame', 'Candle holder'], handling: 'fragile', instruction: 'Glass: two hands, never stack.', grams: 500, mm: [120, 120, 200], priceMinor: 1490 },
  { category: 'food', names: ['Olive oil', 'Apple juice', 'Maple syrup', 'Vinegar', 'Soy sauce'], handling: 'fragile|liquid', instruction: 'Bottle: keep upright.', grams: 950, mm: [75, 75, 280], priceMinor: 890, more: { lotTracked: 'yes', minimumRemainingDays: 30, food: 'yes', taxCategory: 'food' } },
  { category: 'chilled food', names: ['Mountain cheese', 'Yoghurt', 'Butter', 'Fresh pasta'], handling: 'chilled', instruction: 'Chilled: pick last, cold bag.', grams: 500, mm: [150, 100, 60], priceMinor: 690, more: { lotTracked: 'yes', minimumRemainingDays: 5, food: 'yes', taxCategory: 'food' } },
  { category: 'frozen food', names: ['Berries', 'Spinach', 'Fish fillet', 'Ice cream'], handling: 'frozen', instruction: 'Frozen: gloves, into the cold box at once.', grams: 750, mm: [200, 140, 60], priceMinor: 790, more: { lotTracked: 'yes', minimumRemainingDays: 20, food: 'yes', taxCategory: 'food' } },
  { category: 'cleaning', names: ['Dish soap', 'Floor cleaner', 'Shampoo'], handling: 'liquid', instruction: 'Check the cap before packing.', grams: 1050, mm: [90, 60, 260], priceMinor: 490 },
  { category: 'hobby', names: ['Lamp oil', 'Spray paint', 'Camping gas'], handling: 'dangerous', instruction: 'Dangerous goods: limited quantity, keep from heat.', grams: 700, mm: [80, 80, 220], priceMinor: 1190, more: { dangerousGroup: '3' } },
  { category: 'electronics', names: ['Headphones', 'Camera', 'Watch'], handling: 'high-value|fragile', instruction: 'High value: hand to hand, seal at once.', grams: 450, mm: [180, 150, 80], priceMinor: 14900, more: { lithium: 'yes' } },
]

const PRODUCTS = 200
const BUNDLES = 8
const CONFIGURED = 4

const numberOf = (index: number): string => `P-${String(index).padStart(3, '0')}`

/** Check digit of GS1: weights 3, 1, 3, ... from the right. */
function gtin13(index: number): string {
  const body = `4000000${String(index).padStart(5, '0')}`
  const sum = [...body].reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3), 0)
  return body + String((10 - (sum % 10)) % 10)
}

interface Product {
  readonly product: string
  readonly family: Family
  readonly row: Row
  readonly priceMinor: number
}

const single = (index: number): Product => {
  const family = families[index % families.length] as Family
  const variant = Math.floor(index / families.length)
  const name = family.names[variant % family.names.length] as string
  const size = sizes[Math.floor(variant / family.names.length) % sizes.length] as string
  const factor = 1 + 0.25 * sizes.indexOf(size as (typeof sizes)[number])
  const [length, width, height] = family.mm
  return {
    product: numberOf(index),
    family,
    priceMinor: Math.round(family.priceMinor * factor),
    row: {
      product: numberOf(index), name: `${name}, ${size}`, category: family.category, brand: index % 3 === 0 ? 'Northwind' : 'Contoso', gtin: gtin13(index), handling: family.handling,
      handlingInstruction: family.instruction, weightGrams: Math.round(family.grams * factor), lengthMm: length, widthMm: width, heightMm: height, ...family.more,
    },
  }
}

const singles: readonly Product[] = Array.from({ length: PRODUCTS - BUNDLES - CONFIGURED }, (_, index) => single(index + 1))

const pick = (category: string, index: number): Product => {
  const some = singles.filter(({ family }) => family.category === category)
  return some[index % some.length] as Product
}

const bundles: readonly Row[] = Array.from({ length: BUNDLES }, (_, index) => {
  const [a, b] = [pick('household', index * 2), pick('tools', index)]
  return {
    product: numberOf(PRODUCTS - BUNDLES - CONFIGURED + index + 1), name: `Starter set ${index + 1}`, category: 'sets', stocked: 'no', handling: 'standard',
    weightGrams: Number(a.row['weightGrams']) * 2 + Number(b.row['weightGrams']), components: `${a.product}*2|${b.product}`,
  }
})

const configured: readonly Row[] = Array.from({ length: CONFIGURED }, (_, index) => ({
  product: numberOf(PRODUCTS - CONFIGURED + index + 1), name: `Gift basket ${index + 1}`, category: 'gifts', handling: 'standard', handlingInstruction: 'Do not tip.', weightGrams: 900, lengthMm: 300, widthMm: 250, heightMm: 200,
  options: JSON.stringify([
    { code: 'card', name: 'Greeting card', required: false, choices: [{ code: 'none' }, { code: 'birthday', priceDeltaMinor: { EUR: 250, USD: 300 } }] },
    { code: 'extra', name: 'Extra', required: false, choices: [{ code: 'none' }, { code: 'lamp', priceDeltaMinor: { EUR: 990, USD: 1090 }, component: { product: pick('household', index).product, quantity: 1 } }] },
  ]),
}))

const priceOf = (row: Row): number => singles.find(({ product }) => product === row['product'])?.priceMinor ?? 4900

const channels: readonly Row[] = [
  { code: 'web-eu', name: 'Web shop Europe', brand: 'Northwind', currencies: 'EUR', pricing: 'ours', pricesIncludeTax: 'yes', shipping: JSON.stringify({ kind: 'flat', charges: [{ currency: 'EUR', chargeMinor: 490, freeFromMinor: 10000 }] }) },
  { code: 'web-us', name: 'Web shop America', brand: 'Northwind', currencies: 'USD', pricing: 'ours', pricesIncludeTax: 'no', shipping: JSON.stringify({ kind: 'flat', charges: [{ currency: 'USD', chargeMinor: 690 }] }) },
  { code: 'store', name: 'Orders from the store', brand: 'Contoso', currencies: 'EUR|USD', pricing: 'ours', pricesIncludeTax: 'yes', discountPpm: 50000 },
  { code: 'market', name: 'Marketplace', currencies: 'EUR', pricing: 'channel', pricesIncludeTax: 'yes', shipping: JSON.stringify({ kind: 'given' }) },
]

const always = JSON.stringify({ workdays: [1, 2, 3, 4, 5, 6, 7], opens: '00:00', closes: '23:59', holidays: [] })

const locations: readonly Row[] = [
  { location: 'BER', name: 'Berlin', zone: 'Europe/Berlin', country: 'DE', postalCode: '12529', city: 'Schönefeld', street: 'Lagerweg 1', calendar: always },
  { location: 'RTM', name: 'Rotterdam', zone: 'Europe/Amsterdam', country: 'NL', postalCode: '3089', city: 'Rotterdam', street: 'Havenstraat 7', calendar: always },
  { location: 'EWR', name: 'Newark', zone: 'America/New_York', country: 'US', postalCode: '07114', city: 'Newark', street: '100 Port Street', calendar: always },
]

const AISLES = ['A', 'B', 'C', 'D'] as const
const BAYS = 12
const LEVELS = 3

const binsOf = (location: string): Row[] =>
  AISLES.flatMap((aisle) => Array.from({ length: BAYS * LEVELS }, (_, index) => ({ location, bin: binCode(location, aisle, Math.floor(index / LEVELS) + 1, (index % LEVELS) + 1), aisle, bay: Math.floor(index / LEVELS) + 1, level: (index % LEVELS) + 1 })))

const binCode = (location: string, aisle: string, bay: number, level: number): string => `${location}-${aisle}-${String(bay).padStart(2, '0')}-${level}`

/** A product's bin at a location: spread over the whole floor. */
const binOf = (location: string, index: number): string => binCode(location, AISLES[index % AISLES.length] as string, (Math.floor(index / AISLES.length) % BAYS) + 1, (Math.floor(index / (AISLES.length * BAYS)) % LEVELS) + 1)

const lane = (location: string, country: string, currency: string, service: Row): Row => ({ location, country, currency, cutOff: '17:00', ...service })
const road = (days: readonly [number, number, number], base: string, km: number): Row => ({ carrier: 'meridian', service: 'road-standard', mode: 'road', transitP50Days: days[0], transitP90Days: days[1], transitP95Days: days[2], refusedHandling: 'frozen|chilled', basePrice: base, pricePerKg: '0.60', distanceKm: km })
const roadExpress = (base: string, km: number): Row => ({ carrier: 'meridian', service: 'road-express', mode: 'road', transitP50Days: 1, transitP90Days: 1, transitP95Days: 2, refusedHandling: 'frozen', basePrice: base, pricePerKg: '1.10', distanceKm: km, onTimeRate: '0.98' })
const cold = (base: string, km: number): Row => ({ carrier: 'coldwheel', service: 'road-chilled', mode: 'road', transitP50Days: 1, transitP90Days: 2, transitP95Days: 2, basePrice: base, pricePerKg: '1.40', distanceKm: km })
const air = (service: string, days: readonly [number, number, number], base: string, km: number): Row => ({ carrier: 'skylark', service, mode: 'air', transitP50Days: days[0], transitP90Days: days[1], transitP95Days: days[2], refusedHandling: 'dangerous', basePrice: base, pricePerKg: '4.80', distanceKm: km })
const water = (days: readonly [number, number, number], base: string, km: number): Row => ({ carrier: 'tidewater', service: 'water-groupage', mode: 'water', transitP50Days: days[0], transitP90Days: days[1], transitP95Days: days[2], refusedHandling: 'frozen|chilled', basePrice: base, pricePerKg: '0.20', distanceKm: km, onTimeRate: '0.85' })

const europe = ['DE', 'NL', 'FR', 'AT'] as const

const lanes: readonly Row[] = [
  ...['BER', 'RTM'].flatMap((from) => [
    ...europe.flatMap((to) => [road([2, 3, 4], '3.90', 600), roadExpress('7.90', 600), cold('9.90', 600), air('air-priority', [1, 1, 2], '19.90', 700), water([9, 12, 14], '2.10', 900)].map((service) => lane(from, to, 'EUR', service))),
    ...[air('air-priority', [2, 3, 3], '34.90', 6500), air('air-economy', [5, 7, 8], '21.90', 6500), water([24, 30, 35], '6.90', 7200)].map((service) => lane(from, 'US', 'EUR', service)),
    ...[air('air-priority', [3, 4, 5], '44.90', 8000), water([30, 38, 45], '9.90', 11000)].map((service) => lane(from, '*', 'EUR', service)),
  ]),
  ...[road([3, 4, 5], '5.90', 1500), roadExpress('11.90', 1500), cold('14.90', 1500), air('air-priority', [1, 2, 2], '24.90', 2000)].map((service) => lane('EWR', 'US', 'USD', service)),
]

const taxRates: readonly Row[] = [
  ['DE', 'standard', '19'], ['DE', 'food', '7'], ['NL', 'standard', '21'], ['NL', 'food', '9'], ['FR', 'standard', '20'], ['FR', 'food', '5.5'],
  ['AT', 'standard', '20'], ['AT', 'food', '10'], ['US', 'standard', '6.625'], ['US', 'food', '0'], ['*', 'standard', '0'], ['*', 'food', '0'],
].map(([country, category, ratePercent]) => ({ country, category, ratePercent, from: '2020-01-01' }) as Row)

const POPULAR_UNITS = 4000
const RARE_UNITS = 60

/** The first third is popular, the rest is rarer; every 12th product is not there at all and must be bought. */
const isPopular = (index: number): boolean => index <= 60
const isMissing = (index: number): boolean => index % 12 === 0

function stock(expiresOn: string): Row[] {
  const inStock = [...singles.map(({ row }) => row), ...configured]
  return inStock.flatMap((row) => {
    const index = Number(String(row['product']).slice(2))
    if (isMissing(index)) return []
    const units = isPopular(index) ? POPULAR_UNITS : RARE_UNITS
    const at = index % 2 === 0 ? ['BER', 'EWR', 'RTM'] : ['BER', 'EWR']
    return at.map((location) => ({ product: row['product'] as string, location, bin: binOf(location, index), units, ...(row['lotTracked'] === 'yes' ? { lot: `L-${index}-${location}`, expiresOn } : {}) }))
  })
}

const boxOf = (material: string, name: string, kind: string, gramsPerUnit: number, [length, width, height]: readonly [number, number, number], wall: number): Row => ({
  material, name, kind, gramsPerUnit, innerLengthMm: length, innerWidthMm: width, innerHeightMm: height, outerLengthMm: length + 2 * wall, outerWidthMm: width + 2 * wall, outerHeightMm: height + 2 * wall,
})
const stuff = (material: string, name: string, kind: string, gramsPerUnit: number): Row => ({ material, name, kind, gramsPerUnit })

const packing: readonly Row[] = [
  boxOf('BOX-XS', 'Carton 200 x 150 x 100', 'carton', 90, [200, 150, 100], 5),
  boxOf('BOX-S', 'Carton 300 x 200 x 150', 'carton', 180, [300, 200, 150], 5),
  boxOf('BOX-M', 'Carton 400 x 300 x 200', 'carton', 350, [400, 300, 200], 5),
  boxOf('BOX-L', 'Carton 600 x 400 x 400', 'carton', 900, [600, 400, 400], 5),
  boxOf('BOX-XL', 'Carton 1200 x 600 x 600', 'carton', 2400, [1200, 600, 600], 5),
  boxOf('ICE-S', 'Insulated box 10 l', 'insulated-box', 450, [280, 220, 170], 40),
  boxOf('ICE-M', 'Insulated box 35 l', 'insulated-box', 1100, [430, 330, 250], 40),
  boxOf('ICE-L', 'Insulated box 90 l', 'insulated-box', 2300, [600, 400, 380], 40),
  stuff('DRY-ICE', 'Dry ice, 500 g pack', 'coolant', 500),
  stuff('GEL-PACK', 'Gel pack, 400 g', 'coolant', 400),
  stuff('BUBBLE-WRAP', 'Bubble wrap, sheet 50 x 100 cm', 'wrap', 25),
  stuff('VOID-FILL', 'Paper fill, 5 litres', 'fill', 40),
  stuff('SEAL-BAG', 'Seal bag', 'bag', 8),
  stuff('ABSORBENT', 'Absorbent pad, for 1 kg', 'absorbent', 20),
  stuff('UPRIGHT-MARK', 'Label: this way up', 'mark', 1),
  stuff('DANGEROUS-MARK', 'Label: dangerous goods, limited quantity', 'mark', 1),
  stuff('TAMPER-SEAL', 'Tamper seal', 'seal', 2),
]

const materials = (): Row[] => locations.flatMap(({ location }) => packing.map((row) => ({ ...row, location: location as string, units: 100_000, receipt: `opening-${location}` })))

const policies: readonly Row[] = [
  { policy: 'standard-30', scope: 'all', windowDays: 30 },
  { policy: 'food', scope: 'category', scopeValue: 'food', windowDays: 14, excluded: 'yes' },
  { policy: 'frozen', scope: 'category', scopeValue: 'frozen food', windowDays: 14, excluded: 'yes' },
  { policy: 'chilled', scope: 'category', scopeValue: 'chilled food', windowDays: 14, excluded: 'yes' },
  { policy: 'electronics', scope: 'category', scopeValue: 'electronics', windowDays: 14, fees: JSON.stringify([{ kind: 'restocking', fixedMinor: 500, percent: 5 }]) },
]

/** What is loaded, kind by kind, in an order in which everything named is there already. */
export function demoFiles(now: Date): readonly { readonly kind: string; readonly rows: readonly Row[] }[] {
  const nextYear = `${now.getUTCFullYear() + 1}-12-31`
  const products = [...singles.map(({ row }) => row), ...bundles, ...configured]
  const prices = products.flatMap((row) =>
    [['web-eu', 'EUR', 1], ['web-us', 'USD', 1.1], ['store', 'EUR', 1], ['store', 'USD', 1.1]].map(([channel, currency, factor]) => ({
      channel: channel as string, currency: currency as string, product: row['product'] as string, price: ((priceOf(row) * (factor as number)) / 100).toFixed(2), from: '2026-01-01',
    })),
  )
  return [
    { kind: 'channels', rows: channels },
    { kind: 'tax-rates', rows: taxRates },
    { kind: 'products', rows: products },
    { kind: 'prices', rows: prices },
    { kind: 'locations', rows: locations },
    { kind: 'bins', rows: locations.flatMap(({ location }) => binsOf(location as string)) },
    { kind: 'lanes', rows: lanes },
    { kind: 'materials', rows: materials() },
    { kind: 'policies', rows: policies },
    { kind: 'stock', rows: stock(nextYear) },
  ]
}

/** What the demo company sells, as its customers see it. */
export const demoProducts: readonly { product: string; isPopular: boolean; isMissing: boolean; isPlain: boolean; options: { code: string; choices: string[] }[] }[] = [
  ...singles.map(({ row, family }) => ({ row, isPlain: family.category === 'household' || family.category === 'tools' })),
  ...[...bundles, ...configured].map((row) => ({ row, isPlain: true })),
].map(({ row, isPlain }) => {
  const index = Number(String(row['product']).slice(2))
  const options = row['options'] === undefined ? [] : (JSON.parse(String(row['options'])) as { code: string; choices: { code: string }[] }[])
  return {
    product: String(row['product']),
    isPlain,
    isPopular: isPopular(index),
    // a bundle is there as long as its components are
    isMissing: row['stocked'] !== 'no' && isMissing(index),
    options: options.map(({ code, choices }) => ({ code, choices: choices.map((choice) => choice.code) })),
  }
})
