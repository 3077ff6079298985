import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Api } from '@waybill/local'
import { lineOf, LiveWorld, verify } from '@waybill/verify'
import { Channel } from '../load/channel.js'
import { loadCompany } from '../load/company.js'
import type { Run } from '../run.js'
import { House } from './house.js'
import type { HouseOptions } from './messages.js'
import { startServers, type BenchServers } from './servers.js'

/** Where a bench takes place: servers, a house on them, somebody who may do everything. */
export interface Ground {
  readonly servers: BenchServers
  readonly house: House
  readonly api: Api
  readonly directory: string
  /** Server processes and the house's, by name. */
  pids(): ReadonlyMap<number, string>
}

/** Starts servers of the bench's own for some work, and stops them whatever becomes of it. */
export async function withServers<T>(run: Run, work: (servers: BenchServers) => Promise<T>): Promise<T> {
  const servers = await startServers(join(run.directory, 'servers'), run.isProfiled, run.say)
  try {
    return await orGivenUp(run, work(servers))
  } finally {
    await servers.stop()
  }
}

/** Starts a house with its company on these servers for some work, and stops it whatever becomes of it. */
export async function withHouse<T>(run: Run, servers: BenchServers, options: Pick<HouseOptions, 'processes' | 'carrierSpeed' | 'env'> & { readonly products: number }, work: (ground: Ground) => Promise<T>): Promise<T> {
  const directory = join(run.directory, 'house')
  const { products, ...rest } = options
  const house = await House.start({ directory, postgresUrl: servers.postgresUrl, kafkaBrokers: servers.kafkaBrokers, ...rest }, run.isProfiled ? run.profiles : undefined)
  try {
    if (products > 0) await loadCompany(house.addresses, directory, products, run.say)
    return await orGivenUp(run, work({ servers, house, api: new Api(house.addresses, 'Bench'), directory, pids: () => new Map([...servers.pids, ...house.pids()]) }))
  } finally {
    await house.stop()
  }
}

/** What the work comes to; throws as soon as the run is given up. */
async function orGivenUp<T>({ signal }: Run, work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  const givenUp = once(signal, 'abort').then(() => {
    throw new Error('given up')
  })
  givenUp.catch(() => undefined)
  if (signal.aborted) throw new Error('given up')
  return Promise.race([work, givenUp])
}

/** A channel at the house's door. */
export async function channelOf({ house, api }: Ground, connections: number): Promise<Channel> {
  return new Channel(house.addresses.services.order, { authorization: `Bearer ${await api.tokenOf('admin')}` }, connections)
}

/** Checks every guarantee, and that what the channel holds as accepted is there. Throws: where anything is violated, for a run that fails has no figure. */
export async function verifyHouse({ house, directory }: Ground, accepted: ReadonlyMap<string, string>, say: (line: string) => void): Promise<void> {
  const sentOrdersFile = join(directory, 'sent-orders.jsonl')
  await writeFile(sentOrdersFile, [...accepted].map(([reference, order]) => `${JSON.stringify({ channel: 'web-eu', reference, order })}\n`).join(''))
  const world = new LiveWorld({ ...house.addresses, sentOrdersFile })
  try {
    const findings = await verify(world)
    const broken = findings.filter(({ violations }) => violations.length > 0)
    if (broken.length > 0) throw new Error(`verify fails, so there is no figure:\n${broken.map(lineOf).join('\n')}`)
    say(`verify: all ${findings.length} rules hold`)
  } finally {
    await world.close()
  }
}
