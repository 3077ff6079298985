import { describe, expect, test } from '@jest/globals'
import { lineOf } from '../src/report.js'
import { noDoubleCharge } from '../src/rules/money.js'
import { verify } from '../src/verify.js'
import type { ProviderOperation, World } from '../src/world.js'

const doneBehindOurBack = (key: string): ProviderOperation => ({ key, kind: 'capture', status: 'succeeded', amountMinor: 500, currency: 'EUR' })

/** Empty databases, and a provider whose ledger shows something else at each look; the last for ever. */
function world(...looks: readonly (readonly string[])[]): World & { looks: number; forgotten: number } {
  return {
    looks: 0,
    forgotten: 0,
    query: () => Promise.resolve([]),
    records: () => Promise.resolve([]),
    async providerOperations() {
      const keys = looks[Math.min(this.looks, looks.length - 1)] ?? []
      this.looks += 1
      return keys.map(doneBehindOurBack)
    },
    carrierPackages: () => Promise.resolve([]),
    sentOrders: () => Promise.resolve([]),
    forget() {
      this.forgotten += 1
    },
  }
}

describe('verify', () => {
  test('checks all rules and tells each as it is done', async () => {
    const told: string[] = []
    const findings = await verify(world(), { onRule: ({ rule }) => told.push(rule.id) })
    expect(told).toEqual(findings.map(({ rule }) => rule.id))
    expect([...new Set(told)]).toEqual(['G1', 'G2', 'G4', 'G5', 'G6', 'G7', 'G8', 'G9', 'G10', 'G11', 'G12', 'G13', 'G14', 'G15', 'G17', 'G18', 'G19', 'G20', 'G21', 'G22', 'G27'])
    expect(findings.flatMap(({ violations }) => violations)).toEqual([])
  })

  test('asks a rule across services again, with everything read anew, until it holds', async () => {
    const moving = world(['a'], ['a'], [])
    const [finding] = await verify(moving, { only: ['G9'], settleMs: 20_000 })
    expect(finding?.violations).toEqual([])
    expect(moving).toMatchObject({ looks: 3, forgotten: 2 })
  })

  test('what another look finds for the first time is in motion, what stays is wrong', async () => {
    const [inMotion] = await verify(world(['a'], ['b']), { only: ['G9'], settleMs: 20_000 })
    expect(inMotion?.violations).toEqual([])
    const [wrong] = await verify(world(['a', 'b'], ['b', 'c']), { only: ['G9'], settleMs: 1_500 })
    expect(wrong?.violations.map(({ subject }) => subject)).toEqual(['provider key b'])
  })

  test('gives up when the time to settle is over, and says so', async () => {
    const stuck = world(['a'])
    const [finding] = await verify(stuck, { only: ['G9'], settleMs: 0 })
    expect(finding?.violations).toHaveLength(1)
    expect(stuck.looks).toBe(1)
  })

  test('of more than can be named nothing is taken for motion', async () => {
    const keys = (first: number): string[] => Array.from({ length: 60 }, (_, index) => `k${first + index}`)
    const [finding] = await verify(world(keys(0), keys(100)), { only: ['G9'], settleMs: 500 })
    expect(finding?.violations).toHaveLength(60)
  })

  test('a rule within one service is asked once', async () => {
    let asked = 0
    const broken: World = { ...world(), query: <Row>() => Promise.resolve([{ channel: 'web', reference: 'W-1', times: (asked += 1) }] as Row[]) }
    const [finding] = await verify(broken, { only: ['G6'], settleMs: 20_000 })
    expect(finding?.violations[0]).toEqual({ subject: 'web W-1', what: 'exists 1 times' })
    expect(asked).toBe(2)
  })

  test('a rule that is not there does not pass as one that holds', async () => {
    await expect(verify(world(), { only: ['G9', 'G99'] })).rejects.toThrow('There is no rule G99')
  })

  test('what does not answer is an error, not a violation', async () => {
    const away: World = { ...world(), providerOperations: () => Promise.reject(new Error('answers 503')) }
    await expect(verify(away, { only: ['G9'] })).rejects.toThrow('answers 503')
  })
})

describe('the line of a rule', () => {
  const violations = (count: number) => Array.from({ length: count }, (_, index) => ({ subject: `order ${index}`, what: 'is wrong' }))

  test('says what holds', () => {
    expect(lineOf({ rule: noDoubleCharge, violations: [], tookMs: 12 })).toBe(`ok      G9     12 ms  ${noDoubleCharge.promise}`)
  })

  test('names what is broken, and how much more there is', () => {
    expect(lineOf({ rule: noDoubleCharge, violations: violations(2), tookMs: 12 }).split('\n')).toEqual([
      `BROKEN  G9     12 ms  ${noDoubleCharge.promise}`,
      '          order 0: is wrong',
      '          order 1: is wrong',
    ])
    const lines = lineOf({ rule: noDoubleCharge, violations: violations(13), tookMs: 12 }).split('\n')
    expect(lines).toHaveLength(12)
    expect(lines.at(-1)).toBe('          ... and 3 more')
  })
})
