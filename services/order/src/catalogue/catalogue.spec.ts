import { describe, expect, test } from '@jest/globals'
import { configure } from './configure.js'
import { declareProducts, numbersNeeded } from './declare-products.js'
import { aProduct } from '../../test/builders.js'
import type { Product } from './product.js'

const bottle = aProduct('P-1')
const glass = aProduct('P-2')
const setOfThree = aProduct('B-1', { isStocked: false, components: [{ product: 'P-1', quantity: 1 }, { product: 'P-2', quantity: 2 }] })
const engraved = aProduct('C-1', {
  options: [
    {
      code: 'box',
      name: 'Box',
      isRequired: true,
      choices: [
        { code: 'plain', name: 'plain box', priceDeltas: {}, component: null },
        { code: 'gift', name: 'gift box', priceDeltas: { EUR: 500n }, component: { product: 'P-2', quantity: 1 } },
      ],
    },
  ],
})

describe('declaring products', () => {
  const none: ReadonlyMap<string, Product> = new Map()

  test('saying the same twice changes nothing; a difference counts the version', () => {
    const [created, unchanged, updated] = declareProducts(none, [bottle, { ...bottle }, { ...bottle, name: 'Bottle' }])
    expect(created).toMatchObject({ status: 'created', product: { version: 1 } })
    expect(unchanged).toMatchObject({ status: 'unchanged', product: { version: 1 } })
    expect(updated).toMatchObject({ status: 'updated', product: { version: 2 } })
  })

  test('a bundle is made of stocked products only, declared before it', () => {
    expect(declareProducts(none, [setOfThree])[0]).toMatchObject({ status: 'refused', code: 'unknown-component' })
    expect(declareProducts(none, [bottle, glass, setOfThree])[2]).toMatchObject({ status: 'created' })
    const nested = aProduct('B-2', { isStocked: false, components: [{ product: 'B-1', quantity: 1 }] })
    expect(declareProducts(none, [bottle, glass, setOfThree, nested])[3]).toMatchObject({ status: 'refused', code: 'unknown-component' })
    expect(numbersNeeded([setOfThree])).toEqual(['B-1', 'P-1', 'P-2'])
  })

  test('what leaves no shelf is refused', () => {
    expect(declareProducts(none, [aProduct('B-9', { isStocked: false })])[0]).toMatchObject({ status: 'refused', pointer: '/stocked' })
  })
})

describe('configuring a product', () => {
  test('a choice adds its price and its component', () => {
    expect(configure(engraved, { box: 'gift' }, 'EUR')).toEqual({
      priceDeltaMinor: 500n,
      parts: [
        { product: 'C-1', quantity: 1 },
        { product: 'P-2', quantity: 1 },
      ],
    })
  })
  test('a required option has to be chosen', () => expect(configure(engraved, {}, 'EUR')).toMatchObject({ code: 'option-required', option: 'box' }))
  test('what does not exist cannot be chosen', () => {
    expect(configure(engraved, { box: 'gold' }, 'EUR')).toMatchObject({ code: 'invalid-option', option: 'box' })
    expect(configure(bottle, { box: 'gift' }, 'EUR')).toMatchObject({ code: 'invalid-option', option: 'box' })
  })
  test('a bundle is its components', () => expect(configure(setOfThree, {}, 'EUR')).toMatchObject({ parts: setOfThree.components }))
})
