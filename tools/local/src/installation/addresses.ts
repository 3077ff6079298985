import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServiceName } from '@waybill/contracts'
import { dataDirectory } from '@waybill/testing'

/** Where everything of a running installation is, for other programs: import, verify, demo. */
export interface InstallationAddresses {
  readonly pid: number
  readonly services: Readonly<Record<ServiceName, string>>
  /** What customers' links begin with, where that is not the address above. */
  readonly publicUrls?: Readonly<Partial<Record<ServiceName, string>>>
  /** For the role that may read everything and change nothing. */
  readonly databases: Readonly<Record<ServiceName, string>>
  readonly kafkaBrokers: string
  readonly paymentsUrl: string
  readonly paymentApiKey: string
  readonly carriersUrl: string
  readonly mailUrl: string
  /** Makes development tokens. */
  readonly developmentKey: string
}

const fileOf = (directory: string): string => join(directory, 'installation.json')

/** Tells other programs where the installation is. Readable by its owner alone: it holds keys. */
export function writeAddresses(directory: string, addresses: InstallationAddresses): Promise<void> {
  return writeFile(fileOf(directory), `${JSON.stringify(addresses, null, 2)}\n`, { mode: 0o600 })
}

export function removeAddresses(directory: string): Promise<void> {
  return rm(fileOf(directory), { force: true })
}

/** An installation that runs anywhere, by the file that says where, or by the JSON itself, which containers are told in WAYBILL_INSTALLATION. */
export async function installationOf(fileOrJson: string): Promise<InstallationAddresses> {
  const text = fileOrJson.trimStart().startsWith('{') ? fileOrJson : await readFile(fileOrJson, 'utf8')
  return JSON.parse(text) as InstallationAddresses
}

/** The installation that runs on this machine, or nothing. */
export async function runningInstallation(directory = dataDirectory): Promise<InstallationAddresses | undefined> {
  const text = await readFile(fileOf(directory), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const addresses = JSON.parse(text) as InstallationAddresses
  return isAlive(addresses.pid) ? addresses : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // Killed without a chance to remove its note.
    return false
  }
}
