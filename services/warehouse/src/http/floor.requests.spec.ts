import 'reflect-metadata'
import { expect, test } from '@jest/globals'
import { FulfillmentPacked } from '@waybill/contracts'
import { plainToInstance } from 'class-transformer'
import { validateSync } from 'class-validator'
import { encode } from '@waybill/messaging'
import { WeighRequest } from './floor.requests.js'

const isTaken = (grams: number): boolean => validateSync(plainToInstance(WeighRequest, { grams })).length === 0

test('a scale may say what the packed fact can tell, and no more', () => {
  expect([1, 1_000_000].map(isTaken)).toEqual([true, true])
  expect([0, 1_000_001, 1.5].map(isTaken)).toEqual([false, false, false])
  const { example } = FulfillmentPacked
  const packed = { ...example, packages: example.packages.map((one) => ({ ...one, weightGrams: 1_000_000 })) }
  const envelope = { id: '01938b1e-7c00-7000-8000-000000000042', source: 'warehouse', subject: 's', key: example.order, time: '2026-11-23T10:00:00Z', sequence: 1, correlationId: null, causationId: null, actor: 'packer:p', traceparent: null }
  expect(() => encode(FulfillmentPacked, envelope, packed)).not.toThrow()
})
