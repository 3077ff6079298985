import { describe, expect, test } from '@jest/globals'
import { config, ConfigError, duration, exampleEnv, flag, integer, list, oneOf, optional, readAll, secret, text, url } from './config.js'

const read = config({
  holdMinutes: integer('HOLD_MINUTES', { default: 15, min: 1, max: 60 }),
  provider: url('PROVIDER_URL'),
  key: secret('PROVIDER_KEY'),
  mode: oneOf('MODE', ['fast', 'slow'], { default: 'fast' }),
  gates: flag('GATES', { default: true }),
  window: duration('WINDOW', { default: 5_000 }),
  brokers: list('BROKERS'),
  note: optional(text('NOTE')),
})

const good = { PROVIDER_URL: 'https://pay.example/', PROVIDER_KEY: 'a long enough secret', BROKERS: 'a:1, b:2' }

const problemsOf = (env: Record<string, string>) => {
  try {
    read(env)
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  throw new Error('it was accepted')
}

describe('the configuration of a service', () => {
  test('is typed, has its defaults and cannot be changed', () => {
    const values = read({ ...good, WINDOW: '2h' })
    expect(values).toEqual({
      holdMinutes: 15, provider: 'https://pay.example', key: 'a long enough secret', mode: 'fast', gates: true,
      window: 7_200_000, brokers: ['a:1', 'b:2'], note: undefined,
    })
    expect(Object.isFrozen(values)).toBe(true)
  })

  test('names every bad variable at once, what is wrong and what is expected', () => {
    const { problems } = problemsOf({ HOLD_MINUTES: '61', MODE: 'warp', GATES: 'yes', WINDOW: '5 minutes', BROKERS: '', PROVIDER_URL: 'pay', PROVIDER_KEY: 'short' })
    expect(problems).toEqual([
      { name: 'HOLD_MINUTES', fault: 'is "61"', expected: 'a whole number from 1 to 60' },
      { name: 'PROVIDER_URL', fault: 'is no such URL', expected: 'a URL starting with http:// or https://' },
      { name: 'PROVIDER_KEY', fault: 'has 5 characters', expected: 'a secret of at least 16 characters' },
      { name: 'MODE', fault: 'is "warp"', expected: 'one of fast, slow' },
      { name: 'GATES', fault: 'is "yes"', expected: 'true or false' },
      { name: 'WINDOW', fault: 'is "5 minutes"', expected: 'a duration such as 500ms, 5s, 30m, 2h or 14d' },
      { name: 'BROKERS', fault: 'is missing', expected: 'words divided by commas' },
    ])
  })

  test('never prints a secret, nor a URL that may hold one', () => {
    const { message } = problemsOf({ ...good, PROVIDER_KEY: 'hunter2', PROVIDER_URL: 'ftp://user:hunter2@host' })
    expect(message).toContain('PROVIDER_KEY')
    expect(message).not.toContain('hunter2')
  })

  test('of several readers the problems come together', () => {
    const other = config({ port: integer('PORT') })
    const names = () => {
      try {
        return readAll({}, read, other)
      } catch (error) {
        return error instanceof ConfigError ? error.problems.map(({ name }) => name) : error
      }
    }
    expect(names()).toEqual(['PROVIDER_URL', 'PROVIDER_KEY', 'BROKERS', 'PORT'])
  })

  test('can be made up from examples, for documents', () => {
    expect(read(exampleEnv)).toMatchObject({ holdMinutes: 15, provider: 'http://example.invalid', note: undefined })
  })
})
