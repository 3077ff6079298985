import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Handling, NullableCode, Units, UnitsOrNone, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** What a product is to the floor and to carriers; the latest version. */
export const ProductPublished = event({
  topic: topics.product,
  fact: 'product-published',
  version: 1,
  meaning: 'What a product is to the floor and to carriers; the latest version.',
  payload: Type.Object({
    product: Code,
    version: Type.Integer({ minimum: 1 }),
    name: Words,
    category: NullableCode,
    brand: NullableCode,
    gtin: Type.Union([Type.String({ pattern: '^\\d{8,14}$' }), Type.Null()]),
    active: Type.Boolean(),
    stocked: Type.Boolean(),
    handling: Type.Array(Handling),
    handlingInstruction: Words,
    weightGrams: Units,
    lengthMm: Units,
    widthMm: Units,
    heightMm: Units,
    lotTracked: Type.Boolean(),
    minimumRemainingDays: UnitsOrNone,
    dangerousGroup: NullableCode,
    lithium: Type.Boolean(),
    food: Type.Boolean(),
    shipAlone: Type.Boolean(),
  }),
  example: {
    product: 'P-100',
    version: 1,
    name: 'Olive oil 500 ml',
    category: 'food',
    brand: null,
    gtin: '4006381333931',
    active: true,
    stocked: true,
    handling: ['fragile', 'liquid'],
    handlingInstruction: 'Keep upright. Two hands.',
    weightGrams: 950,
    lengthMm: 70,
    widthMm: 70,
    heightMm: 270,
    lotTracked: true,
    minimumRemainingDays: 30,
    dangerousGroup: null,
    lithium: false,
    food: true,
    shipAlone: false,
  },
})
export type ProductPublished = PayloadOf<typeof ProductPublished>
