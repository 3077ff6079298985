import { describe, expect, test } from '@jest/globals'
import type { ServiceName } from '@waybill/contracts'
import { APART_MS, kinds, planFaults, type FaultName, type PlannedFault } from '../src/plan.js'

const services: readonly ServiceName[] = ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console']
const planOf = (seed: number, minutes: number, kills: number, others: number) => planFaults({ seed, durationMs: minutes * 60_000, kills, others, services })
const isKill = ({ name }: PlannedFault): boolean => kinds[name].isKill
const endsProcesses: readonly FaultName[] = ['kill', 'killAtPoint', 'restart', 'freeze', 'freezeLong']

describe('a plan of faults', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(planOf(7, 2, 12, 30)).toEqual(planOf(7, 2, 12, 30))
    expect(planOf(8, 2, 12, 30)).not.toEqual(planOf(7, 2, 12, 30))
  })

  test('leaves a service alone for 15 s after each fault of its process', () => {
    for (let seed = 0; seed < 50; seed++) {
      const plan = planOf(seed, 5, 60, 100)
      for (const service of services) {
        const own = plan.filter((fault) => fault.service === service && endsProcesses.includes(fault.name))
        for (const [index, { atMs, forMs }] of own.slice(0, -1).entries()) expect((own[index + 1]?.atMs ?? 0) - atMs - forMs).toBeGreaterThanOrEqual(APART_MS)
      }
    }
  })

  test('holds every kind in two minutes, but those that take longer', () => {
    for (let seed = 0; seed < 20; seed++) {
      const found = new Set(planOf(seed, 2, 12, 30).map(({ name }) => name))
      expect((Object.keys(kinds) as FaultName[]).filter((name) => !found.has(name))).toEqual(['freezeLong', 'brokerDown'])
    }
  })

  test('has room for 160 kills and 320 other faults in twenty minutes', () => {
    const plan = planOf(1, 20, 160, 320)
    expect(plan.filter(isKill)).toHaveLength(160)
    expect(plan.filter((fault) => !isKill(fault))).toHaveLength(320)
    expect(new Set(plan.map(({ name }) => name)).size).toBe(Object.keys(kinds).length)
  })

  test('asked for more kills than there is room for, it holds fewer', () => {
    const kills = planOf(1, 1, 1_000, 10).filter(isKill).length
    expect(kills).toBeGreaterThan(10)
    expect(kills).toBeLessThan(60)
  })

  test('begins in order, and no fault outlasts it', () => {
    const plan = planOf(3, 2, 12, 30)
    expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
    for (const { atMs, forMs } of plan) expect(atMs + forMs).toBeLessThanOrEqual(120_000)
  })
})
