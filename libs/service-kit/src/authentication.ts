import { createRemoteJWKSet, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import { roles, type Principal, type Role } from './principal.js'
import { Problem } from './problem.js'

const DEVELOPMENT_ISSUER = 'waybill-development'
const AUDIENCE = 'waybill'

/** Who issues the tokens that this installation takes. */
export interface AuthSettings {
  readonly developmentKey: string | undefined
  readonly issuer: string | undefined
  readonly jwksUrl: string | undefined
  readonly audience: string | undefined
}

/** Tells who a bearer token speaks for. */
export abstract class Authenticator {
  /** Refuses: unauthenticated, whatever is wrong with the token. */
  abstract principalOf(token: string): Promise<Principal>
}

type Verify = (token: string) => Promise<JWTPayload>

/** Takes tokens of the OIDC issuer and, where its key is set, of the built-in development issuer. */
export class JwtAuthenticator extends Authenticator {
  private readonly verifiers: readonly Verify[]

  constructor({ developmentKey, issuer, jwksUrl, audience }: AuthSettings) {
    super()
    const verifiers: Verify[] = []
    if (developmentKey !== undefined) {
      const key = new TextEncoder().encode(developmentKey)
      verifiers.push(async (token) => (await jwtVerify(token, key, { issuer: DEVELOPMENT_ISSUER, audience: AUDIENCE, algorithms: ['HS256'] })).payload)
    }
    if (issuer !== undefined && jwksUrl !== undefined) {
      const keys = createRemoteJWKSet(new URL(jwksUrl))
      // algorithms are ours to name: a public key must never be taken as an HMAC secret
      const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
      verifiers.push(async (token) => (await jwtVerify(token, keys, { issuer, audience: audience ?? AUDIENCE, algorithms, clockTolerance: 30 })).payload)
    }
    this.verifiers = verifiers
  }

  async principalOf(token: string): Promise<Principal> {
    for (const verify of this.verifiers) {
      const payload = await verify(token).catch(() => undefined)
      const principal = payload && principalOfClaims(payload)
      if (principal) return principal
    }
    throw new Problem('unauthenticated', { detail: 'The token is not valid', headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } })
  }
}

const isRole = (value: unknown): value is Role => roles.some((role) => role === value)

/** Claims: `sub`, `role` (or the first known of `roles`), `channel` for the role channel, `name`. */
function principalOfClaims({ sub, role, roles: several, channel, name }: JWTPayload): Principal | undefined {
  const known = [role, ...(Array.isArray(several) ? (several as unknown[]) : [])].find(isRole)
  if (!sub || !known) return undefined
  if (known === 'channel' && typeof channel !== 'string') return undefined
  return {
    subject: sub,
    role: known,
    ...(typeof channel === 'string' ? { channel } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  }
}

const DEVELOPMENT_TOKEN_HOURS = 12

/** A token of the built-in development issuer, for tests, demos and local work. */
export function developmentToken(key: string, { subject, role, channel, name }: Principal): Promise<string> {
  return new SignJWT({ role, ...(channel === undefined ? {} : { channel }), ...(name === undefined ? {} : { name }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setIssuer(DEVELOPMENT_ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${DEVELOPMENT_TOKEN_HOURS}h`)
    .sign(new TextEncoder().encode(key))
}
