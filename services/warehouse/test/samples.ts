import { asId, businessDate, type Cause, type FulfillmentId, type LocationId, type OrderId, type ProductId } from '@waybill/kernel'
import type { Bin } from '../src/bins/bin.js'
import { Shelf, type Content } from '../src/bins/shelf.js'
import type { Product } from '../src/catalogue/product.js'
import { begin } from '../src/fulfillments/answer.js'
import { become, type Fulfillment } from '../src/fulfillments/fulfillment.js'
import type { Material, MaterialRule } from '../src/packing/material.js'
import type { Ground } from '../src/picking/walk.js'

export const NOW = new Date('2026-11-24T10:00:00Z')
export const BER = asId<LocationId>('BER')
export const productId = (text: string): ProductId => asId<ProductId>(text)

export const cause: Cause = { kind: 'timer', timer: 'test', subject: 's', token: 't', correlationId: null, actor: 'test', traceparent: null }

export const aProduct = (over: Partial<Omit<Product, 'product'>> & { readonly product?: string } = {}): Product => ({
  version: 1,
  name: 'A thing',
  gtin: null,
  handling: ['standard'],
  handlingInstruction: '',
  weightGrams: 500,
  lengthMm: 100,
  widthMm: 100,
  heightMm: 100,
  lotTracked: false,
  minimumRemainingDays: 0,
  dangerousGroup: null,
  food: false,
  shipAlone: false,
  ...over,
  product: productId(over.product ?? 'P'),
})

export const aBin = (code: string, over: Partial<Bin> = {}): Bin => ({ location: BER, code, kind: 'pick', aisle: 'A', bay: 1, level: 1, walkPosition: 1, ...over })

export const content = (bin: string, units: number, over: Partial<Content> = {}): Content => ({
  location: BER,
  product: productId('P'),
  bin,
  lot: null,
  expiresOn: null,
  blocked: false,
  units,
  assigned: 0,
  receivedAt: NOW,
  ...over,
})

export const aShelf = (...contents: readonly Content[]): Shelf => new Shelf(contents, NOW)

/** A fulfillment that can start. Each line: pieces of each product, all for so many units. */
export function aFulfillment(lines: readonly { readonly units: number; readonly pieces: Readonly<Record<string, number>> }[], id = 'f1'): Fulfillment {
  const { fulfillment } = begin({
    cause,
    fulfillment: asId<FulfillmentId>(id),
    order: asId<OrderId>(`order of ${id}`),
    location: BER,
    priority: 5,
    lines: lines.map(({ units, pieces }, index) => ({
      line: index + 1,
      unitNumbers: [{ from: 1, to: units }],
      stocked: Object.entries(pieces).map(([product, perUnit], component) => ({ stockedLine: `${index + 1}.${component + 1}`, product: productId(product), units: units * perUnit })),
    })),
  }, NOW)
  return become({ ...fulfillment, accepted: true }, 'PLANNED', NOW, cause).fulfillment
}

export function aGround(fulfillment: Fulfillment, bins: readonly Bin[], products: readonly Product[]): Ground {
  let made = 0
  return {
    bins: new Map(bins.map((bin) => [bin.code, bin])),
    products: new Map(products.map((product) => [product.product, product])),
    location: { location: BER, version: 1, name: 'Berlin', zone: 'Europe/Berlin', ships: true },
    plan: { fulfillment: fulfillment.id, order: fulfillment.order, refused: false, shipOn: businessDate('2026-11-24'), transitDays: 3, cutOffAt: null, service: 'parcel' },
    now: NOW,
    cause,
    newId: () => `${fulfillment.id}-${++made}`,
  }
}

const box = (material: string, [length, width, height]: readonly [number, number, number], gramsPerUnit: number, kind: Material['kind'] = 'carton'): Material => ({
  material,
  name: material,
  kind,
  gramsPerUnit,
  box: { innerLengthMm: length, innerWidthMm: width, innerHeightMm: height, outerLengthMm: length + 10, outerWidthMm: width + 10, outerHeightMm: height + 10 },
})

const thing = (material: string, kind: Material['kind'], gramsPerUnit: number): Material => ({ material, name: material, kind, gramsPerUnit, box: null })

export const materials: ReadonlyMap<string, Material> = new Map(
  [
    box('S', [200, 150, 100], 100), box('M', [400, 300, 200], 300), box('L', [600, 400, 400], 900), box('ICE', [300, 300, 300], 800, 'insulated-box'),
    thing('WRAP', 'wrap', 25), thing('FILL', 'fill', 40), thing('DRY-ICE', 'coolant', 500), thing('GEL', 'coolant', 400), thing('SEAL', 'seal', 2),
  ].map((material) => [material.material, material]),
)

export const rules: readonly MaterialRule[] = [
  { handling: 'standard', position: 1, instruction: '', use: 'material', material: 'FILL', amount: { per: 'void', fillsLitres: 10 } },
  { handling: 'frozen', position: 1, instruction: 'Insulated box.', use: 'box', kind: 'insulated-box' },
  { handling: 'frozen', position: 2, instruction: '', use: 'material', material: 'DRY-ICE', amount: { per: 'coolant', basePercent: 15, heatPercent: 25, leastPercent: 15, mostPercent: 40 } },
  { handling: 'chilled', position: 1, instruction: '', use: 'box', kind: 'insulated-box' },
  { handling: 'chilled', position: 2, instruction: '', use: 'material', material: 'GEL', amount: { per: 'weight', grams: 2_000 } },
  { handling: 'fragile', position: 1, instruction: '', use: 'fill', percent: 85 },
  { handling: 'fragile', position: 2, instruction: '', use: 'material', material: 'WRAP', amount: { per: 'surface', layers: 2, coversCm2: 5_000 } },
  { handling: 'dangerous', position: 1, instruction: '', use: 'limit', pieces: 2 },
  { handling: 'high-value', position: 1, instruction: '', use: 'material', material: 'SEAL', amount: { per: 'package', units: 2 } },
]
