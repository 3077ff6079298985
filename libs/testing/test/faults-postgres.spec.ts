import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { eventually, namespace, startProxy, type Proxy } from '../src/index.js'

const ns = await namespace()
const direct = await ns.emptyDatabase()
const atServer = new pg.Pool({ connectionString: direct, max: 2 })

describe('a proxy before a database', () => {
  let proxy: Proxy
  let pool: pg.Pool
  const written = async () => (await atServer.query<{ what: string }>('SELECT what FROM written ORDER BY place')).rows.map(({ what }) => what)
  const inTransaction = async (client: pg.ClientBase, what: string, commit: string | { name: string; text: string } = 'COMMIT') => {
    await client.query('BEGIN')
    await client.query('INSERT INTO written (what) VALUES ($1)', [what])
    await client.query(commit)
  }
  /** A client of its own, whose end by a fault is not an error of the test's. */
  const client = async () => {
    const taken = await pool.connect()
    taken.on('error', () => undefined)
    return taken
  }

  const throughProxy = (): string => {
    const url = new URL(direct)
    url.host = proxy.address
    return url.href
  }

  beforeEach(async () => {
    await atServer.query('DROP TABLE IF EXISTS written')
    await atServer.query('CREATE TABLE written (place bigint GENERATED ALWAYS AS IDENTITY, what text)')
    const { host } = new URL(direct)
    proxy = await startProxy({ protocol: 'postgres', target: host })
    pool = new pg.Pool({ connectionString: throughProxy(), max: 4 })
    pool.on('error', () => undefined)
  })
  afterEach(async () => {
    await Promise.all([pool.end(), proxy.close()])
  })

  afterAll(() => atServer.end())

  test('drop-reply at COMMIT: the row is committed and its writer saw the connection end', async () => {
    const happened = proxy.plan({ request: 'COMMIT', nth: 2, act: 'drop-reply' })
    const writer = await client()
    await inTransaction(writer, 'first')
    await expect(inTransaction(writer, 'answer lost', 'commit')).rejects.toThrow(/terminated|reset/i)
    await happened
    writer.release(true)
    expect(await written()).toEqual(['first', 'answer lost'])
  })

  test('cut-before COMMIT: the row is not there; cut-after: it is, and its writer knows', async () => {
    const before = proxy.plan({ request: 'COMMIT', act: 'cut-before' })
    const unlucky = await client()
    await expect(inTransaction(unlucky, 'never')).rejects.toThrow(/terminated|reset/i)
    await before
    unlucky.release(true)
    const after = proxy.plan({ request: 'COMMIT', act: 'cut-after' })
    const lucky = await client()
    await inTransaction(lucky, 'known')
    await after
    await expect(lucky.query('SELECT 1')).rejects.toThrow()
    lucky.release(true)
    expect(await written()).toEqual(['known'])
  })

  test('a prepared COMMIT is recognised too, each time it runs', async () => {
    const prepared = { name: 'the-commit', text: 'COMMIT' }
    const writer = await client()
    await inTransaction(writer, 'one', prepared)
    const happened = proxy.plan({ request: 'commit', nth: 2, act: 'drop-reply' })
    await inTransaction(writer, 'two', prepared)
    await expect(inTransaction(writer, 'three', prepared)).rejects.toThrow(/terminated|reset/i)
    await happened
    writer.release(true)
    expect(await written()).toEqual(['one', 'two', 'three'])
  })

  test('any statement can be met by how it begins, whatever its spaces, also behind another in one query', async () => {
    const insert = proxy.plan({ request: 'insert into written', act: 'cut-before' })
    await expect(pool.query('INSERT  INTO\n written (what) VALUES ($1)', ['never'])).rejects.toThrow(/terminated|reset/i)
    await insert
    const second = proxy.plan({ request: "select 'second'", act: 'drop-reply' })
    const reader = await client()
    await expect(reader.query("SELECT 1; SELECT 'second'")).rejects.toThrow(/terminated|reset/i)
    await second
    reader.release(true)
    expect(await written()).toEqual([])
  })

  test('a reply that cannot come any more, because its connection ended otherwise, is met at the next request; or given up', async () => {
    const happened = proxy.plan({ request: 'SELECT pg_sleep', act: 'drop-reply' })
    const gone = await client()
    const asked = expect(gone.query('SELECT pg_sleep(30)')).rejects.toThrow()
    await eventually(async () => expect((await atServer.query("SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%' AND state = 'active'")).rowCount).toBe(1))
    proxy.cut()
    await asked
    gone.release(true)
    await expect(pool.query('SELECT pg_sleep(0)')).rejects.toThrow()
    await happened
    const never = proxy.plan({ request: 'SELECT pg_sleep', act: 'drop-reply' })
    const waits = await client()
    const unanswered = expect(waits.query('SELECT pg_sleep(30)')).rejects.toThrow()
    await eventually(async () => expect((await atServer.query("SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%' AND state = 'active'")).rowCount).toBeGreaterThan(0))
    proxy.abandon()
    await expect(never).rejects.toThrow('given up')
    proxy.cut()
    await unanswered
    waits.release(true)
  })

  test('a hole to the server leaves the client waiting for ever, and a later connection works', async () => {
    const stuck = await client()
    proxy.blackHole('to-server')
    const never = stuck.query("INSERT INTO written (what) VALUES ('never')").then(
      () => 'answered',
      () => 'failed',
    )
    const impatient = new pg.Client({ connectionString: throughProxy(), connectionTimeoutMillis: 300 })
    await expect(impatient.connect()).rejects.toThrow(/timeout/)
    proxy.heal()
    await pool.query("INSERT INTO written (what) VALUES ('healed')")
    expect(await Promise.race([never, Promise.resolve('waits')])).toBe('waits')
    stuck.release(true)
    expect(await written()).toEqual(['healed'])
  })

  test('the server does not hear that a client behind a hole is gone, until the hole is healed', async () => {
    const gone = await client()
    await gone.query('BEGIN; LOCK TABLE written')
    const [holder] = (await gone.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows
    proxy.blackHole('both')
    gone.release(true)
    const backends = async () => (await atServer.query('SELECT FROM pg_stat_activity WHERE pid = $1', [holder?.pid])).rows.length
    await eventually(async () => expect(pool.totalCount).toBe(0))
    expect(await backends()).toBe(1)
    proxy.heal()
    await eventually(async () => expect(await backends()).toBe(0))
  })

  test('delay makes every answer late, cut ends connections and refuse keeps new ones away', async () => {
    await pool.query('SELECT 1')
    proxy.delay(100, 20)
    const started = performance.now()
    await pool.query('SELECT 1')
    expect(performance.now() - started).toBeGreaterThanOrEqual(160)
    proxy.heal()
    const holder = await client()
    proxy.cut()
    await expect(holder.query('SELECT 1')).rejects.toThrow()
    holder.release(true)
    proxy.refuse()
    await expect(pool.connect()).rejects.toThrow(/ECONNRESET|terminated/i)
    proxy.heal()
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('a fault that never came is told when the proxy closes', async () => {
    const never = proxy.plan({ request: 'COMMIT', act: 'cut-before' })
    await proxy.close()
    await expect(never).rejects.toThrow(/before the planned fault/)
    proxy = await startProxy({ protocol: 'postgres', target: new URL(direct).host })
  })
})
