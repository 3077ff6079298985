import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { loopback } from './ports.js'

const run = promisify(execFile)

/** The user who may do everything. */
export const ADMIN = 'admin'

/** Passwords by user; the administrator is always among them. */
export type KafkaUsers = Readonly<Record<string, string>> & { readonly [ADMIN]: string }

/** How a client gets in where users have to log in. */
export interface SecuredAccess {
  readonly ssl: { readonly ca: string[] }
  readonly sasl: { readonly mechanism: 'scram-sha-512'; readonly username: string; readonly password: string }
}

interface Certificate {
  readonly keystore: string
  readonly password: string
  /** PEM: what clients trust. */
  readonly ca: string
}

/** A certificate of the broker's own, by Java's keytool, which is wherever the broker can run. */
export async function certificateFor(directory: string): Promise<Certificate> {
  const keystore = join(directory, 'broker.p12')
  const pem = join(directory, 'broker.pem')
  const password = randomBytes(12).toString('hex')
  await rm(keystore, { force: true })
  const store = ['-alias', 'broker', '-keystore', keystore, '-storetype', 'PKCS12', '-storepass', password]
  const names = `SAN=dns:localhost,ip:${loopback}`
  await run('keytool', ['-genkeypair', ...store, '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '30', '-dname', 'CN=localhost', '-ext', names])
  await run('keytool', ['-exportcert', '-rfc', ...store, '-file', pem])
  return { keystore, password, ca: await readFile(pem, 'utf8') }
}

interface SecuredAt {
  readonly port: number
  readonly internalPort: number
  readonly controllerPort: number
  readonly users: KafkaUsers
  readonly certificate: Certificate
}

/** Clients by TLS and SCRAM, and nobody may do what nobody allowed. The controller listener is in the clear: it is on the loopback address. Source: research/07 section 8. */
export function securedListeners({ port, internalPort, controllerPort, users, certificate }: SecuredAt): Readonly<Record<string, string | boolean>> {
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required'
  return {
    listeners: `CLIENT://${loopback}:${port},INTERNAL://${loopback}:${internalPort},CONTROLLER://${loopback}:${controllerPort}`,
    'advertised.listeners': `CLIENT://${loopback}:${port},INTERNAL://${loopback}:${internalPort}`,
    'listener.security.protocol.map': 'CLIENT:SASL_SSL,INTERNAL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'INTERNAL',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'listener.name.internal.scram-sha-512.sasl.jaas.config': `${scram} username="${ADMIN}" password="${users[ADMIN]}";`,
    'listener.name.client.scram-sha-512.sasl.jaas.config': `${scram};`,
    'listener.name.client.ssl.keystore.type': 'PKCS12',
    'listener.name.client.ssl.keystore.location': certificate.keystore,
    'listener.name.client.ssl.keystore.password': certificate.password,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // ANONYMOUS is the controller listener's
    'super.users': `User:${ADMIN};User:ANONYMOUS`,
    'allow.everyone.if.no.acl.found': false,
  }
}
