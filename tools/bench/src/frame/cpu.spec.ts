import { describe, expect, it } from '@jest/globals'
import { cpuBetween, isCpuKnown, processRow, readCpu, ticksByName, totalOf } from './cpu.js'

const stat = (pid: number, name: string, parent: number, [user, system, childrenUser, childrenSystem]: readonly [number, number, number, number]): string =>
  `${pid} (${name}) S ${parent} 1 1 0 -1 4194560 1 2 3 4 ${user} ${system} ${childrenUser} ${childrenSystem} 20 0 1 0 5 6 7`

describe('CPU time of processes', () => {
  it('reads a line of the kernel, whatever the process calls itself', () => {
    expect(processRow(stat(42, 'a) S 9 (b', 7, [10, 20, 3, 4]))).toEqual({ pid: 42, parent: 7, ticks: 37 })
  })

  it('counts a server with all its backends, and with those that ended', () => {
    const rows = [processRow(stat(10, 'postgres', 1, [5, 5, 100, 0])), processRow(stat(11, 'postgres', 10, [7, 0, 0, 0])), processRow(stat(12, 'backend of a backend', 11, [1, 0, 0, 0])), processRow(stat(99, 'stranger', 1, [1_000, 0, 0, 0]))]
    expect(ticksByName(rows, new Map([[10, 'database']]))).toEqual({ database: 118 })
  })

  it('counts a child with a name of its own for itself', () => {
    const rows = [processRow(stat(10, 'house', 1, [5, 0, 0, 0])), processRow(stat(11, 'order', 10, [7, 0, 0, 0]))]
    expect(ticksByName(rows, new Map([[10, 'house'], [11, 'order']]))).toEqual({ house: 5, order: 7 })
  })

  it('tells what this very process uses', () => {
    if (!isCpuKnown) return
    const names = new Map([[process.pid, 'me']])
    const before = readCpu(names) ?? {}
    const until = process.cpuUsage().user + 60_000
    while (process.cpuUsage().user < until) Math.sqrt(Math.random())
    expect(totalOf(cpuBetween(before, readCpu(names) ?? {}))).toBeGreaterThanOrEqual(30)
  })
})
