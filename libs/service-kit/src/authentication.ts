import { createRemoteJWKSet, errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
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
  /** Refuses: unauthenticated, whatever is wrong with the token; issuer-unavailable, where that cannot be told now. */
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
    let unknown: unknown
    for (const verify of this.verifiers) {
      try {
        const principal = principalOfClaims(await verify(token))
        if (principal) return principal
      } catch (error) {
        if (!isFaultOfToken(error)) unknown = error
      }
    }
    // the issuer's keys could not be had: whether the token is good nobody can say now
    if (unknown !== undefined) throw new Problem('issuer-unavailable', { headers: { 'Retry-After': '5' }, cause: unknown })
    throw new Problem('unauthenticated', { detail: 'The token is not valid', headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } })
  }
}

const faultsOfTokens = [
  errors.JWTInvalid, errors.JWTExpired, errors.JWTClaimValidationFailed, errors.JWSInvalid, errors.JWSSignatureVerificationFailed, errors.JOSEAlgNotAllowed, errors.JOSENotSupported,
  errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys,
]

/** Is it the token that is wrong? Else the issuer's keys could not be fetched or read. */
const isFaultOfToken = (error: unknown): boolean => faultsOfTokens.some((kind) => error instanceof kind)

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
