import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { controlProcess, eventually, type ControlledProcess } from '@waybill/testing'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { applied, change, crates, House, labels, packed, printed, publish, rowsOf, stepsOf } from '../harness.js'
import { isLong, lasting, tell } from './long.js'
import type { MemberNews, MemberOptions } from './member.main.js'

let house: House
const children: ControlledProcess[] = []
beforeEach(async () => {
  house = await House.open()
}, 60_000)
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop()))
  await house.close()
}, 60_000)

interface Member {
  readonly process: ControlledProcess
  health: Extract<MemberNews, { what: 'health' }> | undefined
  readonly fatal: string[]
}

async function startMember(options: Omit<MemberOptions, 'prefix' | 'brokers'>): Promise<Member> {
  const child = await controlProcess({
    name: 'a replica',
    file: join(import.meta.dirname, 'member.main.ts'),
    args: [JSON.stringify({ prefix: house.ns.prefix, brokers: house.brokers, ...options } satisfies MemberOptions)],
    nodeArgs: ['--import', join(import.meta.dirname, '..', '..', '..', '..', 'tools', 'local', 'from-source.mjs'), '--no-warnings'],
    ready: { line: /^ready$/m },
  })
  children.push(child)
  const member: Member = { process: child, health: undefined, fatal: [] }
  child.onMessage((message) => {
    const news = message as MemberNews
    if (news.what === 'health') member.health = news
    else member.fatal.push(news.error)
  })
  return member
}

test('a relay that is stopped past its lease and woken again: another goes on meanwhile, nothing is lost or out of order, and the sleeper moves nothing', async () => {
  const database = await house.database()
  const leaseMs = lasting(2_000, 15_000)
  const relay = { consumes: false, service: { database, times: { relay: { leaseMs, standbyMs: 200, aftermathMs: 1_000 } } } }
  const replicas = await Promise.all([startMember(relay), startMember(relay)])
  const leader = () =>
    eventually(() => {
      const found = replicas.find(({ health }) => health?.relay === 'leading')
      if (!found) throw new Error('nobody leads')
      return found
    }, leaseMs + 10_000)
  const writer = house.service({ database })
  let [step, isOver] = [0, false]
  const load = (async () => {
    while (!isOver) {
      step++
      await change(writer.messaging, writer.pool, [], async () => [...Array.from({ length: 10 }, (_, index) => packed(`sleep-${index}`, step)), printed('shelf', String(step))])
      await pause(5)
    }
  })()
  const onTopic = async () => (await house.read(crates)).filter(({ key }) => key.startsWith('sleep-'))
  const lease = () => rowsOf<{ holder: string; epoch: string }>(writer.pool, 'SELECT holder, epoch FROM messaging.relay')
  // Well past the lease, just past it (so that it wakes while its successor begins), and well past it again.
  for (const sleepMs of [leaseMs * 2, leaseMs + 300, leaseMs * 1.5]) {
    const sleeper = await leader()
    await pause(500)
    const [held] = await lease()
    sleeper.process.freeze()
    sleeper.health = undefined
    await pause(sleepMs)
    if (sleepMs > leaseMs + 300) expect(replicas.find((one) => one !== sleeper)?.health?.relay).toBe('leading')
    const atWaking = step
    sleeper.process.thaw()
    await eventually(() => expect(sleeper.health).toBeDefined(), 5_000)
    const [now] = await lease()
    expect(Number(now?.epoch)).toBe(Number(held?.epoch) + 1)
    await eventually(() => expect(replicas.map(({ health }) => health?.relay).sort()).toEqual(['leading', 'standing by']), 5_000)
    await eventually(async () => expect(Math.max(...(await onTopic()).map(({ payload }) => Number(payload['step'])))).toBeGreaterThan(atWaking), 15_000)
  }
  isOver = true
  await load
  const facts = await eventually(async () => {
    const seen = new Set<string>()
    const all = await onTopic()
    const once = all.filter(({ id }) => !seen.has(id) && seen.add(id))
    expect(once).toHaveLength(step * 10)
    tell(`sleeping relay: ${once.length} facts, ${all.length - once.length} of them twice`)
    return once
  }, 20_000)
  for (let crate = 0; crate < 10; crate++) expect(facts.filter(({ key }) => key === `sleep-${crate}`).map(({ sequence }) => sequence)).toEqual(Array.from({ length: step }, (_, index) => index + 1))
  // Of a compacted key the latest lies on top, whatever the sleepers had under way.
  await eventually(async () => expect((await house.read(labels)).filter(({ key }) => key === 'shelf').at(-1)?.payload['text']).toBe(String(step)), 10_000)
  expect(replicas.flatMap(({ fatal }) => fatal)).toEqual([])
}, 240_000)

test('a relay alone that sleeps past its lease goes on by itself', async () => {
  const database = await house.database()
  const alone = await startMember({ consumes: false, service: { database, times: { relay: { leaseMs: 1_000, aftermathMs: 500 } } } })
  await eventually(() => expect(alone.health?.relay).toBe('leading'), 10_000)
  const writer = house.service({ database })
  await publish(writer, [{ crate: 'alone', step: 1 }])
  alone.process.freeze()
  await publish(writer, [{ crate: 'alone', step: 2 }])
  await pause(2_500)
  alone.process.thaw()
  await publish(writer, [{ crate: 'alone', step: 3 }])
  await eventually(async () => expect(new Set((await house.read(crates)).filter(({ key }) => key === 'alone').map(({ sequence }) => sequence))).toEqual(new Set([1, 2, 3])), 10_000)
}, 60_000)

// A signal stops the whole process; a stall stops JavaScript alone, in the middle of a transaction, while the system still answers for its connections.
test.each(['stall', 'SIGSTOP'])('a consumer whose process stands still in the middle of a transaction (%s): its group goes on without it, and no effect is doubled', async (how) => {
  const database = await house.database()
  const silentMs = lasting(9_000, 45_000)
  const member = isLong ? {} : { member: { sessionMs: 6_000, rebalanceMs: 3_000 } }
  // As services have them: a transaction that nobody goes on with is ended by the server.
  const limits = { statement_timeout: 5_000, lock_timeout: 1_000, idle_in_transaction_session_timeout: lasting(3_000, 10_000) }
  // It wakes long after its watchdog would have ended it, were the standstill the consumer's fault.
  const times = { watchdog: { unreadyAfterMs: silentMs / 2, fatalAfterMs: silentMs - 1_000, checkEveryMs: 500 } }
  const first = await startMember({ consumes: true, service: { database, limits, times, ...member }, stall: how === 'stall' ? { note: 'stall', how: 'block', ms: silentMs } : { note: 'stall', how: 'wait', ms: 1_500 } })
  await eventually(() => expect(first.health?.consumer).toBe('running'), 15_000)
  const names = Array.from({ length: 20 }, (_, index) => `${how}-${index}`)
  await house.sendAll(names.map((crate) => ({ crate })))
  const second = await house.consumer({ database, limits, ...member })
  await eventually(async () => expect(await applied(second.pool)).toHaveLength(20), 20_000)
  await house.sendAll(names.map((crate) => ({ crate, note: 'stall' })))
  await eventually(() => expect(first.process.output).toContain('stalls'), 10_000)
  if (how === 'SIGSTOP') first.process.freeze()
  const stillSince = Date.now()
  for (let round = 0; round < 3; round++) await house.sendAll(names.map((crate) => ({ crate })))
  await eventually(async () => expect(await applied(second.pool)).toHaveLength(100), silentMs + 10_000)
  const tookMs = Date.now() - stillSince
  // The group did not wait for the sleeper to wake.
  expect(tookMs).toBeLessThan(silentMs)
  tell(`${how} of ${silentMs} ms: all was done by the other member after ${tookMs} ms`)
  await pause(Math.max(0, silentMs - tookMs))
  if (how === 'SIGSTOP') first.process.thaw()
  await eventually(() => expect(first.health?.consumer).toBe('running'), 10_000)
  await second.stop()
  await house.sendAll(names.map((crate) => ({ crate })))
  const pool = house.service({ database }).pool
  await eventually(async () => expect(await applied(pool)).toHaveLength(120), 20_000)
  for (const crate of names) expect(await stepsOf(pool, crate)).toEqual([1, 2, 3, 4, 5, 6])
  expect(await rowsOf(pool, 'SELECT FROM messaging.parked_key')).toHaveLength(0)
  expect([...first.fatal, ...second.fatal]).toEqual([])
}, 240_000)
