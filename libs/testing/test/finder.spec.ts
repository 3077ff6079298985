import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { NoInfrastructure, chooseInfrastructure } from '../src/infrastructure/index.js'

describe('the choice of infrastructure', () => {
  let directory: string
  const given = { WAYBILL_POSTGRES_URL: 'postgres://db.example/postgres', WAYBILL_KAFKA_BROKERS: 'kafka.example:9092' }
  /** A machine whose programs are these alone. */
  const machine = async (programs: Readonly<Record<string, string>>): Promise<NodeJS.ProcessEnv> => {
    const bin = await mkdtemp(join(directory, 'bin-'))
    await symlink('/bin/sh', join(bin, 'sh'))
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
      await chmod(join(bin, name), 0o755)
    }
    return { PATH: [bin].join(delimiter), XDG_CACHE_HOME: await mkdtemp(join(directory, 'cache-')) }
  }
  const java17 = 'echo \'openjdk version "17.0.9"\' >&2'
  const maven = 'echo Apache Maven 3.9'
  const refusalOf = (choice: Promise<unknown>): Promise<string> =>
    choice.then(
      () => 'was not refused',
      (error: unknown) => (error instanceof NoInfrastructure ? error.message : String(error)),
    )

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-finder-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  test('URLs that are given come first', async () => {
    const env = { ...(await machine({ java: java17, mvn: maven })), ...given }
    expect(await chooseInfrastructure({ env })).toMatchObject({ kind: 'given', kafkaBrokers: 'kafka.example:9092' })
  })

  test('one URL without the other is a mistake, not a wish for something else', async () => {
    const { WAYBILL_POSTGRES_URL } = given
    expect(await refusalOf(chooseInfrastructure({ env: { WAYBILL_POSTGRES_URL } }))).toContain('WAYBILL_KAFKA_BROKERS is not')
  })

  test('with Java and Maven it is embedded, and says why', async () => {
    expect(await chooseInfrastructure({ env: await machine({ java: java17, mvn: maven }) })).toMatchObject({
      kind: 'embedded',
      why: expect.stringMatching(/PostgreSQL 18.* Java 17 .*Maven/),
    })
  })

  test('a kind that is asked for is taken before the others, or refused with its reason alone', async () => {
    const env = { ...(await machine({ java: java17, mvn: maven })), ...given }
    expect(await chooseInfrastructure({ env, force: 'embedded' })).toMatchObject({ kind: 'embedded', why: expect.stringContaining('asked for') })
    expect(await refusalOf(chooseInfrastructure({ env: await machine({}), force: 'given' }))).not.toContain('docker')
  })

  test.each([
    ['no Java', { mvn: maven }, /no Java.*Fix: install a Java 17 or newer/],
    ['a Java that is too old', { java: 'echo \'java version "11.0.2"\' >&2', mvn: maven }, /Java 11 .* too old.*Fix/],
    ['no Maven', { java: java17 }, /no Maven.*Fix: install Maven/],
  ])('%s is told with the fix', async (_what, programs, told) => {
    expect(await refusalOf(chooseInfrastructure({ env: await machine(programs), force: 'embedded' }))).toMatch(told)
  })
})
