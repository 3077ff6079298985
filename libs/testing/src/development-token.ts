import type { Role } from '@waybill/service-kit'

/** The key of the development issuer in services that tests start. */
export const developmentKey = 'the development key of the tests'

/** Who asks, in a test. */
export interface Person {
  readonly role: Role
  readonly name?: string
  /** Which channel a `channel` speaks for. */
  readonly channel?: string
  /** Default: the name, else the role. */
  readonly subject?: string
}

/** A token that services started by tests take. */
export async function developmentToken({ role, name, channel, subject = name ?? channel ?? role }: Person): Promise<string> {
  const kit = await import('@waybill/service-kit')
  return kit.developmentToken(developmentKey, {
    subject,
    role,
    ...(name === undefined ? {} : { name }),
    ...(channel === undefined ? {} : { channel }),
  })
}
