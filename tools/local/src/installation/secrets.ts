import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Keys and passwords of one local installation, made at its first start. */
export interface Secrets {
  readonly databasePassword: string
  readonly developmentKey: string
  readonly linkKey: string
  readonly paymentApiKey: string
  /** Standard Webhooks form: `whsec_` and base64. */
  readonly trackingSecret: string
}

/** The secrets of the installation in this directory; made when there are none. They must outlive a restart: links and stored data hang on them. */
export async function secretsOf(directory: string): Promise<Secrets> {
  const file = join(directory, 'secrets.json')
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (kept !== undefined) return JSON.parse(kept) as Secrets
  const random = (): string => randomBytes(24).toString('hex')
  const secrets: Secrets = {
    databasePassword: random(),
    developmentKey: random(),
    linkKey: random(),
    paymentApiKey: random(),
    trackingSecret: `whsec_${randomBytes(24).toString('base64')}`,
  }
  await mkdir(directory, { recursive: true })
  await writeFile(file, JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}
