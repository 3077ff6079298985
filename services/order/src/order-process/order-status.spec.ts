import { describe, expect, test } from '@jest/globals'
import { terminalStates, unreachableStates } from '@waybill/kernel'
import { paymentTransitions } from '../payments/payment.js'
import { isFinal, orderTransitions, type OrderStatus } from './order-status.js'
import { orderTimers } from './order-timers.js'
import { orderWaits } from './waits.js'

describe('the tables', () => {
  test('every state of an order can be reached, and three are final', () => {
    expect(unreachableStates(orderTransitions, 'PLACED')).toEqual([])
    expect(terminalStates(orderTransitions)).toEqual(['COMPLETED', 'CANCELLED', 'EXPIRED'])
  })

  test('every state of a payment can be reached', () => {
    expect(unreachableStates(paymentTransitions, 'CREATED')).toEqual([])
    expect(terminalStates(paymentTransitions)).toEqual(['CAPTURED', 'VOIDED', 'DECLINED'])
  })

  test('every state that is not final has waits, and every wait has a timer and an end', () => {
    const statuses: readonly OrderStatus[] = ['PLACED', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'EXPIRED']
    for (const status of statuses) {
      const waits = orderTimers.filter((timer) => orderWaits[timer].in.includes(status))
      expect(waits.length > 0).toBe(!isFinal(status))
    }
    expect(Object.keys(orderWaits).sort()).toEqual([...orderTimers].sort())
  })
})
