import { Messaging0001 } from './0001-messaging.js'
import { Messaging0002 } from './0002-watermarks.js'
import { Messaging0003 } from './0003-held-messages.js'
import type { MessagingMigration } from './migration.js'

/** Migration classes for TypeORM's `migrations`. */
export const messagingMigrations: readonly (new () => MessagingMigration)[] = [Messaging0001, Messaging0002, Messaging0003]

/** The rights a service's role needs when somebody else owns the tables. Run after the migrations. */
export function messagingGrants(role: string): string {
  const quoted = `"${role.replaceAll('"', '""')}"`
  return [
    `GRANT USAGE ON SCHEMA messaging TO ${quoted}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA messaging TO ${quoted}`,
    `GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA messaging TO ${quoted}`,
    `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA messaging TO ${quoted}`,
  ].join(';\n')
}
