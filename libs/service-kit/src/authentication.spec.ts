import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { developmentToken, JwtAuthenticator } from './authentication.js'

const issuer = 'https://login.example'
const developmentKey = 'a development key of tests'
type Keys = Awaited<ReturnType<typeof generateKeyPair>>
let keys: Keys
let jwks: Server
let authenticator: JwtAuthenticator

beforeAll(async () => {
  keys = await generateKeyPair('RS256')
  const key = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  jwks = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key] })))
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve))
  const jwksUrl = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks`
  authenticator = new JwtAuthenticator({ developmentKey: undefined, issuer, jwksUrl, audience: undefined })
})
afterAll(() => new Promise((resolve) => jwks.close(resolve)))

const token = (claims: Record<string, unknown>, { iss = issuer, aud = 'waybill', seconds = 60, key = keys.privateKey } = {}) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setSubject('ada')
    .setIssuer(iss)
    .setAudience(aud)
    .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds)
    .sign(key)

const refused = expect.objectContaining({ code: 'unauthenticated' }) as unknown

describe('a token of the OIDC issuer', () => {
  test('says who asks, by role or by the first known of several roles', async () => {
    expect(await authenticator.principalOf(await token({ role: 'agent', name: 'Ada' }))).toEqual({ subject: 'ada', role: 'agent', name: 'Ada' })
    expect(await authenticator.principalOf(await token({ roles: ['offline_access', 'picker'] }))).toEqual({ subject: 'ada', role: 'picker' })
    expect(await authenticator.principalOf(await token({ role: 'channel', channel: 'web' }))).toEqual({ subject: 'ada', role: 'channel', channel: 'web' })
  })

  test('is refused when it is of another issuer, audience or key, too old, or says no role or channel', async () => {
    const other = await generateKeyPair('RS256')
    const bad = [
      token({ role: 'admin' }, { iss: 'https://evil.example' }),
      token({ role: 'admin' }, { aud: 'another' }),
      token({ role: 'admin' }, { key: other.privateKey }),
      token({ role: 'admin' }, { seconds: -60 }),
      token({ role: 'emperor' }),
      token({}),
      token({ role: 'channel' }),
    ]
    for (const each of bad) await expect(authenticator.principalOf(await each)).rejects.toEqual(refused)
  })

  test('is nobody\'s fault while the issuer does not answer: try again, do not sign in again', async () => {
    const away = new JwtAuthenticator({ developmentKey, issuer, jwksUrl: 'http://127.0.0.1:9/jwks', audience: undefined })
    await expect(away.principalOf(await token({ role: 'agent' }))).rejects.toEqual(expect.objectContaining({ code: 'issuer-unavailable' }))
    expect(await away.principalOf(await developmentToken(developmentKey, { subject: 'x', role: 'agent' }))).toMatchObject({ subject: 'x' })
  })

  test('cannot be made with the public key as an HMAC secret', async () => {
    const { n = '' } = await exportJWK(keys.publicKey)
    const forged = await new SignJWT({ role: 'admin' }).setProtectedHeader({ alg: 'HS256', kid: 'one' }).setSubject('x').setIssuer(issuer).setAudience('waybill').setExpirationTime('1h').sign(new TextEncoder().encode(n))
    await expect(authenticator.principalOf(forged)).rejects.toEqual(refused)
  })

  test('is the only kind that is taken where the development issuer is off', async () => {
    await expect(authenticator.principalOf(await developmentToken(developmentKey, { subject: 'x', role: 'admin' }))).rejects.toEqual(refused)
  })
})
