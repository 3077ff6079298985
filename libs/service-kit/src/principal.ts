/** Who may do what. `admin` may do everything. */
export const roles = ['channel', 'agent', 'operator', 'receiver', 'picker', 'packer', 'carrier', 'admin'] as const
export type Role = (typeof roles)[number]

/** Who asks. */
export interface Principal {
  /** The person or the machine, as the issuer names it. */
  readonly subject: string
  readonly role: Role
  readonly name?: string
  /** Of a `channel` principal: the only channel it may act for. */
  readonly channel?: string
}

/** The form in which events name who acted: role:id. */
export const actorOf = ({ role, subject }: Principal): string => `${role}:${subject}`
