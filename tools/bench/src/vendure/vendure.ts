import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cpuPerUnit, measured, type Stretch } from '../frame/stretch.js'
import { withServers } from '../house/ground.js'
import { freshDatabase } from '../house/servers.js'
import type { Run } from '../run.js'

const exec = promisify(execFile)
/** The rival as it was compared with. */
const VERSION = '3.7.3'
const INSTALL_MS = 240_000

/** What a checkout of Vendure costs, or why it could not be measured. */
export type VendureCost = { readonly refused: string } | { readonly version: string; readonly checkoutUs: number; readonly paymentUs: number }

/** Checkouts by Vendure's shop API on PostgreSQL, and its last two steps alone. Installed by name into the bench's own folder at the first run. */
export async function vendureCheckout(run: Run): Promise<VendureCost> {
  const folder = join(run.directory, '..', 'vendure')
  const refused = await install(folder, run.say)
  if (refused !== undefined) return { refused }
  await cp(join(import.meta.dirname, 'shop.mjs'), join(folder, 'shop.mjs'))
  return withServers(run, async (servers) => {
    const url = await freshDatabase(servers, 'vendure')
    const child = fork(join(folder, 'shop.mjs'), [url], { cwd: folder, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const ask = async (what: object): Promise<unknown> => {
      child.send(what)
      const [answer] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])])) as [unknown]
      if (answer === undefined) throw new Error('Vendure ended')
      return answer
    }
    try {
      await ask({ do: 'start' })
      run.say(`Vendure ${VERSION} is up`)
      const pids = new Map([...servers.pids, ...(child.pid === undefined ? [] : [[child.pid, 'vendure'] as const])])
      const count = run.isQuick ? 8 : 60
      await ask({ do: 'carts', count: 3 })
      await ask({ do: 'payments' })
      const carts: Stretch = await measured(() => pids, count, () => ask({ do: 'carts', count }))
      const payments: Stretch = await measured(() => pids, count, () => ask({ do: 'payments' }))
      const [checkoutUs, paymentUs] = [cpuPerUnit(carts) + cpuPerUnit(payments), cpuPerUnit(payments)]
      run.say(`Vendure: ${(checkoutUs / 1_000).toFixed(0)} ms CPU a checkout, ${(paymentUs / 1_000).toFixed(0)} ms of it the last two steps; ${count} checkouts in ${(carts.seconds + payments.seconds).toFixed(1)} s`)
      return { version: VERSION, checkoutUs, paymentUs }
    } finally {
      child.kill('SIGKILL')
    }
  })
}

/** Answers why it cannot be had, or nothing. */
async function install(folder: string, say: (line: string) => void): Promise<string | undefined> {
  const installed = await readFile(join(folder, 'node_modules', '@vendure', 'core', 'package.json'), 'utf8').catch(() => undefined)
  if (installed !== undefined && (JSON.parse(installed) as { version: string }).version === VERSION) return undefined
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { '@vendure/core': VERSION, '@vendure/testing': VERSION, pg: '8.23.1' } }))
  say(`Vendure ${VERSION}: npm installs it into ${folder}, once`)
  try {
    await exec('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, timeout: INSTALL_MS })
    return undefined
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    return `Vendure ${VERSION} cannot be installed here: ${(error instanceof Error ? error.message : String(error)).split('\n').at(-1) ?? ''}`
  }
}
