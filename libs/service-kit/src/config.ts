/** What a process is told from outside: names and texts, as in the environment. */
export type Env = Readonly<Record<string, string | undefined>>

/** One named value of the environment and how to read it. */
export interface Setting<T> {
  readonly name: string
  readonly form: string
  /** A text that would do, for documentation. */
  readonly example: string
  readonly fallback: { readonly value: T } | undefined
  /** Returns the value, or a Fault that says what is wrong with the text. */
  readonly parse: (text: string) => T | Fault
}

/** Why a text is no value of the expected form. */
class Fault {
  constructor(readonly fault: string) {}
}

interface WithDefault<T> {
  readonly default?: T
}

const setting = <T>(
  name: string,
  form: string,
  example: string,
  options: WithDefault<T>,
  parse: (text: string) => T | Fault,
): Setting<T> => ({
  name,
  form,
  example,
  fallback: 'default' in options ? { value: options.default as T } : undefined,
  parse,
})

/** Any text that is not empty. */
export const text = (name: string, options: WithDefault<string> = {}): Setting<string> =>
  setting(name, 'a text', 'example', options, (value) => value)

/** A text that is never printed. Limit: at least `lengthMin` characters (default 16). */
export const secret = (name: string, options: WithDefault<string> & { lengthMin?: number } = {}): Setting<string> => {
  const lengthMin = options.lengthMin ?? 16
  const parse = (value: string) =>
    value.length >= lengthMin ? value : new Fault(`has ${value.length} characters`)
  return setting(name, `a secret of at least ${lengthMin} characters`, 'x'.repeat(lengthMin), options, parse)
}

/** A whole number within both bounds. */
export const integer = (
  name: string,
  options: WithDefault<number> & { min?: number; max?: number } = {},
): Setting<number> => {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options
  return setting(name, `a whole number from ${min} to ${max}`, String(min), options, (value) => {
    const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN
    return number >= min && number <= max ? number : new Fault(`is "${value}"`)
  })
}

/** A span of time. Form: a whole number with its unit, as in `500ms`, `5s`, `30m`, `2h`, `14d`. Unit of the value: ms. */
export const duration = (name: string, options: WithDefault<number> = {}): Setting<number> =>
  setting(name, 'a duration such as 500ms, 5s, 30m, 2h or 14d', '1s', options, (value) => {
    const [, digits, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(value) ?? []
    return digits && unit ? Number(digits) * (unitMs[unit] ?? 0) : new Fault(`is "${value}"`)
  })

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `true` or `false`. */
export const flag = (name: string, options: WithDefault<boolean> = {}): Setting<boolean> =>
  setting(name, 'true or false', 'false', options, (value) =>
    value === 'true' || value === 'false' ? value === 'true' : new Fault(`is "${value}"`),
  )

/** One of the listed words. */
export const oneOf = <const Word extends string>(
  name: string,
  words: readonly Word[],
  options: WithDefault<NoInfer<Word>> = {},
): Setting<Word> =>
  setting(name, `one of ${words.join(', ')}`, words[0] ?? '', options, (value) =>
    words.find((word) => word === value) ?? new Fault(`is "${value}"`),
  )

/** Words divided by commas. */
export const list = (name: string, options: WithDefault<readonly string[]> = {}): Setting<readonly string[]> =>
  setting(name, 'words divided by commas', 'example', options, (value) => {
    const words = value.split(',').map((word) => word.trim())
    return words.includes('') ? new Fault(`is "${value}"`) : words
  })

/** An absolute URL with one of the schemes (default http and https), without a slash at its end. May hold a password: it is never printed. */
export const url = (
  name: string,
  options: WithDefault<string> & { schemes?: readonly string[] } = {},
): Setting<string> => {
  const schemes = options.schemes ?? ['http', 'https']
  const form = `a URL starting with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`
  const parse = (value: string) => {
    const scheme = URL.parse(value)?.protocol.slice(0, -1)
    return scheme !== undefined && schemes.includes(scheme) ? value.replace(/\/+$/, '') : new Fault('is no such URL')
  }
  return setting(name, form, `${schemes[0]}://example.invalid`, options, parse)
}

/** A setting that may be left out: then its value is undefined. */
export const optional = <T>(inner: Setting<T>): Setting<T | undefined> => ({ ...inner, fallback: { value: undefined } })

/** One variable that keeps a service from starting. */
export interface ConfigProblem {
  readonly name: string
  readonly fault: string
  readonly expected: string
}

/** The environment cannot run the service. Names every bad variable, not only the first. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      `The configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n` +
        problems.map(({ name, fault, expected }) => `  ${name} ${fault}: expected ${expected}`).join('\n'),
    )
    this.name = 'ConfigError'
  }
}

/** An environment in which everything without a default has its example: for documents, never to run with. */
export const exampleEnv: Env = Object.freeze({})

export type Settings = Readonly<Record<string, Setting<unknown>>>
export type ConfigOf<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never }

/**
 * Declares what a service reads from its environment: `config({ holdMinutes: integer('HOLD_MINUTES', { default: 15 }) })`
 * gives a reader that returns one frozen, typed object. An empty text counts as missing.
 * Throws: ConfigError with every bad variable; values of secrets and URLs are never part of it.
 */
export const config =
  <S extends Settings>(settings: S): ((env: Env) => ConfigOf<S>) =>
  (env) => {
    const problems: ConfigProblem[] = []
    const values: Record<string, unknown> = {}
    for (const [key, entry] of Object.entries(settings)) {
      const given = env[entry.name]?.trim() || (env === exampleEnv && !entry.fallback ? entry.example : '')
      const value = given !== '' ? entry.parse(given) : entry.fallback ? entry.fallback.value : new Fault('is missing')
      if (value instanceof Fault) problems.push({ name: entry.name, fault: value.fault, expected: entry.form })
      else values[key] = value
    }
    if (problems.length > 0) throw new ConfigError(problems)
    return Object.freeze(values) as ConfigOf<S>
  }

/** Reads several configurations of one environment, so that the error names the bad variables of all of them. */
export function readAll<const Readers extends readonly ((env: Env) => unknown)[]>(
  env: Env,
  ...readers: Readers
): { readonly [K in keyof Readers]: Readers[K] extends (env: Env) => infer T ? T : never } {
  const problems: ConfigProblem[] = []
  const values = readers.map((read) => {
    try {
      return read(env)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return values as never
}
