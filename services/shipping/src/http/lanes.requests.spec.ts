import 'reflect-metadata'
import { describe, expect, test } from '@jest/globals'
import { plainToInstance } from 'class-transformer'
import { validateSync } from 'class-validator'
import { LaneServiceRequest } from './lanes.requests.js'

const service = { carrier: 'dhl', service: 'parcel', mode: 'road', transitP50Days: 1, transitP90Days: 2, transitP95Days: 3, cutOff: '17:00', baseMinor: 490, perKgMinor: 100, distanceKm: 500 }
const refusedIn = (rates: object): string[] => validateSync(plainToInstance(LaneServiceRequest, { ...service, ...rates })).map(({ property }) => property)

describe('the rates of a lane service', () => {
  test.each([0, 1, 0.95, 0.000001, 0.123456])('%p is one', (rate) => {
    expect(refusedIn({ onTimeRate: rate, damageRate: rate })).toEqual([])
  })

  test.each([1e-7, 5e-324, 0.1234567, 1.5, -0.1, 1e21, Number.NaN, '0.9', true])('%p is none', (rate) => {
    expect(refusedIn({ onTimeRate: rate })).toEqual(['onTimeRate'])
  })
})
