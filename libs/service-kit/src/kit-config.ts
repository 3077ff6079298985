import { config, ConfigError, exampleEnv, integer, oneOf, optional, secret, text, url, type Env } from './config.js'
import { POOL_MAX } from './database.js'
import { kafkaSettings } from './kafka-access.js'

const read = config({
  databaseUrl: url('DATABASE_URL', { schemes: ['postgres', 'postgresql'] }),
  databasePoolMax: integer('DATABASE_POOL_MAX', { default: POOL_MAX, min: 2, max: 50 }),
  ...kafkaSettings,
  namespace: text('NAMESPACE', { default: '' }),
  host: text('HOST', { default: '127.0.0.1' }),
  port: integer('PORT', { default: 0, max: 65_535 }),
  logLevel: oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], { default: 'info' }),
  authDevelopmentKey: optional(secret('AUTH_DEVELOPMENT_KEY')),
  authIssuer: optional(url('AUTH_ISSUER')),
  authJwksUrl: optional(url('AUTH_JWKS_URL')),
  authAudience: optional(text('AUTH_AUDIENCE')),
  linkKey: optional(secret('LINK_KEY')),
})

/** What every service is told. */
export type KitConfig = ReturnType<typeof read>

/** Reads what every service is told. Throws: ConfigError with every bad variable. */
export function kitConfig(env: Env): KitConfig {
  const kit = read(env)
  if (env === exampleEnv) return kit
  const hasIssuer = kit.authIssuer !== undefined && kit.authJwksUrl !== undefined
  if (!hasIssuer && kit.authDevelopmentKey === undefined)
    throw new ConfigError([{ name: 'AUTH_ISSUER', fault: 'is missing', expected: 'AUTH_ISSUER with AUTH_JWKS_URL, or AUTH_DEVELOPMENT_KEY for development' }])
  return kit
}
