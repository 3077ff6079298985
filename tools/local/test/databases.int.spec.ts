import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { databaseOf, databaseUrl, dropDatabases, makeDatabases, verifyRole } from '../src/installation/databases.js'

describe('databases of an installation', () => {
  const adminUrl = process.env.WAYBILL_POSTGRES_URL ?? ''
  const suffix = randomBytes(4).toString('hex')
  const [order, stock] = [`order-${suffix}`, `stock-${suffix}`] as const
  const password = 'a password of the test'
  const ask = async (url: string, sql: string): Promise<unknown[]> => {
    const client = new pg.Client(url)
    try {
      await client.connect()
      return (await client.query<{ value: unknown }>(sql)).rows.map(({ value }) => value)
    } finally {
      await client.end()
    }
  }
  const as = (role: string, database: string): string => databaseUrl(adminUrl, database, { name: role, password })

  beforeAll(async () => {
    await makeDatabases(adminUrl, [order, stock], password)
    await ask(databaseUrl(adminUrl, order), 'CREATE TABLE kept AS SELECT 42 AS value')
  })
  afterAll(async () => {
    await dropDatabases(adminUrl, [order, stock])
    for (const service of [order, stock]) await ask(adminUrl, `DROP ROLE ${databaseOf(service)}`)
  })

  test('a service gets into its own database and into no other', async () => {
    expect(await ask(as(databaseOf(order), order), 'SELECT current_database() AS value')).toEqual([databaseOf(order)])
    await expect(ask(as(databaseOf(order), stock), 'SELECT 1 AS value')).rejects.toThrow(/permission denied for database/)
  })

  test('the role of verify reads every database and changes none', async () => {
    expect(await ask(as(verifyRole, order), 'SELECT value FROM kept')).toEqual([42])
    expect(await ask(as(verifyRole, stock), 'SELECT 1 AS value')).toEqual([1])
    await expect(ask(as(verifyRole, order), 'CREATE TABLE more (value int)')).rejects.toThrow(/read-only/)
    await expect(ask(as(verifyRole, order), 'BEGIN READ WRITE; UPDATE kept SET value = 1')).rejects.toThrow(/permission denied/)
  })

  test('making them again changes nothing but the password', async () => {
    await makeDatabases(adminUrl, [order, stock], password)
    expect(await ask(databaseUrl(adminUrl, order), 'SELECT value FROM kept')).toEqual([42])
  })
})
