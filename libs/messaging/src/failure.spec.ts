import { describe, expect, test } from '@jest/globals'
import { Breaker, codeOf, isTransient } from './failure.js'

const sql = (code: string) => Object.assign(new Error(code), { code })

describe('what is transient is retried for ever', () => {
  test.each(['08006', '40001', '40P01', '57P01', '57P03', '53300', '55P03', '25006', 'ECONNREFUSED', 'ECONNRESET'])('%s', (code) => {
    expect(isTransient(sql(code))).toBe(true)
  })

  test('words of pg for a lost connection, and a wrapper of TypeORM around it', () => {
    expect(isTransient(new Error('Connection terminated unexpectedly'))).toBe(true)
    expect(isTransient(new Error('timeout exceeded when trying to connect'))).toBe(true)
    expect(isTransient(Object.assign(new Error('QueryFailedError'), { driverError: sql('40001') }))).toBe(true)
    expect(isTransient(new Error('outer', { cause: new Error('inner', { cause: sql('08003') }) }))).toBe(true)
  })

  test.each(['23505', '23514', '22P02', '42P01'])('%s is the message or us', (code) => {
    expect(isTransient(sql(code))).toBe(false)
    expect(codeOf(Object.assign(new Error('wrapped'), { driverError: sql(code) }))).toBe(code)
  })

  test('a cancelled statement is transient five times', () => {
    expect([0, 4, 5].map((tries) => isTransient(sql('57014'), tries))).toEqual([true, true, false])
  })

  test('a defect is not', () => {
    expect(isTransient(new TypeError('undefined is not a function'))).toBe(false)
    expect(codeOf(new TypeError('x'))).toBe('TypeError')
  })
})

describe('the breaker', () => {
  test('a few bad messages on a quiet day do not trip it', () => {
    const breaker = new Breaker()
    for (let second = 0; second < 9; second++) breaker.failed(second * 1_000)
    expect(breaker.tripped).toBe(false)
  })

  test('more than half failing within 30 s trips it until something succeeds', () => {
    const breaker = new Breaker()
    for (let count = 0; count < 9; count++) {
      breaker.succeeded(1, count)
      breaker.failed(count)
    }
    expect(breaker.tripped).toBe(false)
    for (let count = 0; count < 5; count++) breaker.failed(20)
    expect(breaker.tripped).toBe(true)
    breaker.succeeded(1, 30)
    expect(breaker.tripped).toBe(false)
  })

  test('what went well more than 30 s ago does not count', () => {
    const breaker = new Breaker()
    breaker.succeeded(100_000, 0)
    for (let count = 0; count < 10; count++) breaker.failed(40_000)
    expect(breaker.tripped).toBe(true)
  })

  test('twenty in a row trip it, however much went well before', () => {
    const breaker = new Breaker()
    breaker.succeeded(100_000, 0)
    for (let count = 0; count < 19; count++) breaker.failed(100)
    expect(breaker.tripped).toBe(false)
    breaker.failed(100)
    expect(breaker.tripped).toBe(true)
  })
})
