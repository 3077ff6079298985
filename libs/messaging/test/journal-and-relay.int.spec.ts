import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually, seeded } from '@waybill/testing'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { MessageRefused } from '../src/index.js'
import { change, crates, CratePacked, House, labels, packed, printed, publish, request, rowsOf, type TestService } from './harness.js'
import { lasting, tell } from './hazards/long.js'

let house: House
beforeAll(async () => {
  house = await House.open()
})
afterAll(() => house.close())

/** Facts of one crate as they lie on the topic, without the second copies. */
async function onTopic(prefix: string) {
  const seen = new Set<string>()
  return (await house.read(crates)).filter(({ key, id }) => key.startsWith(prefix) && !seen.has(id) && seen.add(id))
}

test('what a transaction writes to the journal lies on its topic soon after, with the envelope', async () => {
  const owner = await house.owner({ database: await house.database() })
  await publish(owner, [{ crate: 'a1', step: 1 }, { crate: 'a2', step: 1 }, { crate: 'a1', step: 2 }])
  const found = await eventually(async () => {
    const facts = await onTopic('a')
    expect(facts).toHaveLength(3)
    return facts
  })
  expect(found.filter(({ key }) => key === 'a1').map(({ sequence, payload }) => [sequence, payload['step']])).toEqual([[1, 1], [2, 2]])
  await eventually(() => expect(owner.messaging.health().relay).toBe('leading'))
  await owner.stop()
})

test('a transaction that rolls back publishes nothing and uses up no sequence', async () => {
  const owner = await house.owner({ database: await house.database() })
  await expect(
    change(owner.messaging, owner.pool, [], async (client) => {
      await owner.messaging.journal.append(client, [packed('r1', 1)])
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  await publish(owner, [{ crate: 'r1', step: 2 }])
  await eventually(async () => expect((await onTopic('r1')).map(({ sequence, payload }) => [sequence, payload['step']])).toEqual([[1, 2]]))
  await owner.stop()
})

test('a payload the schema forbids, or one larger than the topic takes, is refused at insert', async () => {
  const owner = await house.owner({ database: await house.database() })
  const say = (payload: unknown) => change(owner.messaging, owner.pool, [], async () => [{ ...packed('x', 1), payload }])
  await expect(say({ crate: 'x', step: 1, colour: 'red' })).rejects.toThrow(MessageRefused)
  await expect(say({ crate: 'x', step: 'one' })).rejects.toThrow('/step')
  await expect(say({ crate: 'x', step: 1, note: 'n'.repeat(800_000) })).rejects.toThrow('message-too-large')
  expect(await rowsOf(owner.pool, 'SELECT FROM messaging.journal')).toHaveLength(0)
  await owner.stop()
})

test('16 writers that commit late and roll back, and one that stays open all the while: nothing lost, every crate in order, and nobody waits for the open one', async () => {
  const owner = await house.owner({ database: await house.database() })
  const heldMs = lasting(4_000, 60_000)
  const committed = new Set<string>()
  const holds = change(owner.messaging, owner.pool, [], async (client) => {
    await owner.messaging.journal.append(client, [packed('late-held', 1)])
    await pause(heldMs)
  })
  const until = Date.now() + heldMs + 1_000
  let [prompt, slowestMs] = [0, 0]
  const watch = (async () => {
    // While one transaction is open, what others commit is on its topic soon.
    while (Date.now() < until - 1_500) {
      await publish(owner, [{ crate: 'prompt', step: ++prompt }])
      const committedAt = Date.now()
      await eventually(async () => {
        const [row] = await rowsOf<{ behind: boolean }>(owner.pool, `SELECT EXISTS (SELECT FROM messaging.journal WHERE key = 'prompt' AND sequence = $1 AND seq > (SELECT sent_seq FROM messaging.relay)) AS behind`, [prompt])
        expect(row?.behind).toBe(false)
      }, 10_000)
      slowestMs = Math.max(slowestMs, Date.now() - committedAt)
      await pause(200)
    }
  })()
  const { random } = seeded('writers that roll back by chance')
  const writer = async (number: number) => {
    for (let step = 1; Date.now() < until; step++) {
      const crate = `late-${(number + step) % 6}`
      const gone = random() < 0.15
      await change(owner.messaging, owner.pool, [], async (client) => {
        await owner.messaging.journal.append(client, [packed(crate, number * 10_000 + step)])
        await pause(random() * lasting(4, 40))
        if (gone) throw new Error('rolled back')
      }).then(
        () => committed.add(`${crate}/${number * 10_000 + step}`),
        (error: Error) => expect(error.message).toBe('rolled back'),
      )
    }
  }
  await Promise.all([holds, watch, ...Array.from({ length: 16 }, (_, number) => writer(number + 1))])
  committed.add('late-held/1')
  await eventually(async () => {
    const facts = await onTopic('late-')
    expect(facts.length).toBe(committed.size)
  }, lasting(20_000, 60_000))
  const facts = await onTopic('late-')
  tell(`one transaction open for ${heldMs} ms beside 16 writers: ${facts.length} facts, none lost, in order; others were on their topic within ${slowestMs} ms`)
  expect(slowestMs).toBeLessThan(5_000)
  expect(new Set(facts.map(({ key, payload }) => `${key}/${String(payload['step'])}`))).toEqual(committed)
  for (const crate of new Set(facts.map(({ key }) => key))) {
    const sequences = facts.filter(({ key }) => key === crate).map(({ sequence }) => sequence)
    expect(sequences).toEqual(sequences.map((_, index) => index + 1))
  }
  await owner.stop()
}, 200_000)

test('a relay that starts over from its cursor in the middle of a backlog loses nothing', async () => {
  const database = await house.database()
  const quiet = house.service({ database })
  for (let round = 0; round < 12; round++) await publish(quiet, Array.from({ length: 500 }, (_, index) => ({ crate: `b${index % 50}`, step: round * 500 + index })))
  const first = house.service({ database })
  await first.messaging.start()
  await eventually(async () => expect(Number((await rowsOf<{ n: string }>(quiet.pool, 'SELECT last_seq AS n FROM messaging.relay'))[0]?.n)).toBeGreaterThan(0))
  await first.messaging.stop()
  const second = house.service({ database })
  await second.messaging.start()
  await eventually(async () => {
    const facts = await onTopic('b')
    expect(facts).toHaveLength(6_000)
  }, 20_000)
  const facts = await onTopic('b')
  for (let crate = 0; crate < 50; crate++) {
    const steps = facts.filter(({ key }) => key === `b${crate}`).map(({ payload }) => payload['step'] as number)
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
  }
}, 60_000)

test('two replicas: one leads, the other is told and takes over when the first stops', async () => {
  const database = await house.database()
  const [first, second] = [await house.owner({ database }), await house.owner({ database })]
  await eventually(() => expect([first, second].filter(({ messaging }) => messaging.health().relay === 'leading')).toHaveLength(1))
  const [leader, other] = first.messaging.health().relay === 'leading' ? [first, second] : [second, first]
  await publish(other, [{ crate: 't1', step: 1 }])
  await eventually(async () => expect(await onTopic('t1')).toHaveLength(1), 1_500)
  await leader.stop()
  await publish(other, [{ crate: 't1', step: 2 }])
  await eventually(async () => expect((await onTopic('t1')).map(({ sequence }) => sequence)).toEqual([1, 2]))
  expect(other.messaging.health().relay).toBe('leading')
  await other.stop()
})

test('a relay whose lease ran out while it slept moves nothing, and the latest of compacted keys is put on top again', async () => {
  const database = await house.database()
  const times = { relay: { aftermathMs: 500, standbyMs: 100 } }
  const zombie = house.service({ database, times })
  await zombie.messaging.start()
  await eventually(() => expect(zombie.messaging.health().relay).toBe('leading'))
  // As if stopped by SIGSTOP: the lease passes to another while this relay still believes in it.
  await zombie.pool.query(`UPDATE messaging.relay SET holder = 'somebody else', epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 second'`)
  const before = await rowsOf(zombie.pool, 'SELECT prev::text, last_seq FROM messaging.relay')
  await change(zombie.messaging, zombie.pool, [], async () => [printed('l1', 'old'), packed('z1', 1)])
  await eventually(() => expect(zombie.messaging.health().relay).toBe('standing by'))
  expect(await rowsOf(zombie.pool, 'SELECT prev::text, last_seq FROM messaging.relay')).toEqual(before)
  await change(zombie.messaging, zombie.pool, [], async () => [printed('l1', 'new')])
  await eventually(async () => {
    const texts = (await house.read(labels)).filter(({ key }) => key === 'l1').map(({ payload }) => payload['text'])
    expect(texts.filter((text) => text === 'new').length).toBeGreaterThanOrEqual(2)
    expect(texts.at(-1)).toBe('new')
  }, 10_000)
  await eventually(async () => expect(await rowsOf(zombie.pool, 'SELECT FROM messaging.republish')).toHaveLength(0))
  await zombie.stop()
})

test('the relay asks its connection one thing after the other, also while it renews its lease and reads ahead', async () => {
  const owner = house.service({ database: await house.database(), times: { relay: { leaseMs: 600 } } })
  let mostAtOnce = 0
  owner.pool.on('connect', (client) => {
    let underWay = 0
    const query = client.query.bind(client) as (...asked: unknown[]) => Promise<unknown>
    client.query = ((...asked: unknown[]) => {
      // The pool's own shorthand asks with a callback and lends the client to nobody else.
      if (typeof asked.at(-1) === 'function') return query(...asked)
      mostAtOnce = Math.max(mostAtOnce, ++underWay)
      const answer = query(...asked)
      const over = () => void underWay--
      answer.then(over, over)
      return answer
    }) as typeof client.query
  })
  await owner.messaging.start()
  for (let round = 0; round < 20; round++) {
    await publish(owner, Array.from({ length: 400 }, (_, index) => ({ crate: `one-${index % 40}`, step: round * 400 + index })))
    await pause(50)
  }
  await eventually(async () => expect(await onTopic('one-')).toHaveLength(8_000), 20_000)
  // pg warns of a second query beside a running one, and will refuse it in its next major version.
  expect(mostAtOnce).toBe(1)
  await owner.stop()
}, 40_000)

test('after the stop nothing is asked and nothing said any more, though its lease was being renewed', async () => {
  const said: string[] = []
  const owner = house.service({ database: await house.database(), times: { relay: { leaseMs: 300 } }, onLog: (line) => said.push(line) })
  const renewing = Promise.withResolvers<void>()
  owner.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...asked: unknown[]) => Promise<unknown>
    client.query = ((...asked: unknown[]) => {
      if ((asked[0] as { readonly name?: string }).name !== 'messaging.relay.renew') return query(...asked)
      renewing.resolve()
      return pause(300).then(() => Promise.reject(new Error('renewed too late')))
    }) as typeof client.query
  })
  await owner.messaging.start()
  await renewing.promise
  await owner.messaging.stop()
  const saidByThen = said.length
  await pause(600)
  expect(said.slice(saidByThen)).toEqual([])
  expect(said.filter((line) => line.includes('renewed too late'))).not.toEqual([])
  await owner.stop()
}, 20_000)

test('stopping sends what is committed and gives the lease back', async () => {
  const database = await house.database()
  const owner = await house.owner({ database })
  await eventually(() => expect(owner.messaging.health().relay).toBe('leading'))
  await publish(owner, Array.from({ length: 3_000 }, (_, index) => ({ crate: `s${index % 100}`, step: index })))
  await owner.messaging.stop()
  const [row] = await rowsOf<{ holder: string | null }>(owner.pool, 'SELECT holder FROM messaging.relay')
  expect(row?.holder).toBeNull()
  expect(await onTopic('s')).toHaveLength(3_000)
})

test('the keeper makes partitions ahead, drops what is old and sent, and keeps what is not sent', async () => {
  const owner = await house.owner({ database: await house.database() })
  const old = async (day: string) => {
    await owner.pool.query(`CREATE TABLE messaging.journal_${day} (LIKE messaging.journal INCLUDING DEFAULTS)`)
    await owner.pool.query(`ALTER TABLE messaging.journal ATTACH PARTITION messaging.journal_${day} FOR VALUES FROM ('${day} 00:00Z') TO ('${day} 23:59Z')`)
    await owner.pool.query(
      `INSERT INTO messaging.journal (topic, key, event_id, type, subject, sequence, headers, payload, created_at) VALUES ('${crates.name}', 'old', gen_random_uuid(), '${CratePacked.type}', 'old', NULL, '{"ce_id": "${day}"}', '{}', '${day} 12:00Z')`,
    )
  }
  await old('20200101')
  await eventually(async () => expect((await house.read(crates)).filter(({ key }) => key === 'old')).toHaveLength(1))
  await owner.messaging.stop()
  await old('20200102')
  await keep(owner)
  const { rows } = (await owner.pool.query(`SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'messaging.journal'::regclass ORDER BY 1`)) as pg.QueryResult<{ relname: string }>
  expect(rows.map(({ relname }) => relname).filter((name) => name.startsWith('journal_2020'))).toEqual(['journal_20200102'])
  expect(rows.length).toBe(10)
})

const keep = (service: TestService) => service.pool.query('SELECT messaging.keep_partitions()')

test('a request causes, and the actor and the key of the request are named', async () => {
  const owner = await house.owner({ database: await house.database() })
  await change(owner.messaging, owner.pool, [], async () => [{ ...packed('e1', 1), cause: { ...request, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } }])
  const [row] = await rowsOf<{ headers: Record<string, string> }>(owner.pool, 'SELECT headers FROM messaging.journal')
  expect(row?.headers).toMatchObject({ ce_specversion: '1.0', ce_type: CratePacked.type, ce_source: '/waybill/order', ce_actor: 'channel:test', ce_causationid: 'channel:test/k', ce_sequence: '1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` })
})
